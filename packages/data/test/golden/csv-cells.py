"""What Python's csv module writes and reads: python3 csv-cells.py > csv-cells.json"""
import csv
import io
import json
import random
import sys

random.seed(7)
alphabet = ['a', 'B', '7', ' ', 'ü', '日', '"', ',', '\t', '\n', '\r\n', '', "'", ';', '\\', '-']


def cell():
    return ''.join(random.choice(alphabet) for _ in range(random.randrange(6)))


def written(rows, **how):
    file = io.StringIO(newline='')
    csv.writer(file, **how).writerows(rows)
    return file.getvalue()


cases = []
for delimiter in [',', '\t', ';']:
    for end in ['\n', '\r\n']:
        for quoting in [csv.QUOTE_MINIMAL, csv.QUOTE_ALL]:
            for width in [1, 2, 4]:
                header = [f'c{i}' for i in range(width)]
                rows = [[cell() for _ in range(width)] for _ in range(12)]
                text = written([header] + rows, delimiter=delimiter, lineterminator=end, quoting=quoting)
                read = list(csv.reader(io.StringIO(text, newline=''), delimiter=delimiter, strict=True))
                assert read == [header] + rows
                cases.append({'delimiter': delimiter, 'text': text, 'header': header, 'rows': rows})

json.dump({'python': sys.version.split()[0], 'seed': 7, 'cases': cases}, sys.stdout, ensure_ascii=False)
