"""A safetensors file written by hand with `struct`, and the values that it holds.

Writes safetensors.json beside this file. Plain Python 3: half floats by struct's format `e`, bfloat16 as the upper half of
a float32.
"""

import base64
import json
import pathlib
import struct

halves = [0.0, -0.0, 1.0, -2.5, 65504.0, 2**-24, -(2**-14), float("inf")]
brains = [0.0, 1.0, -3.140625, 2.0**127, 2.0**-126, float("-inf")]
columns = [
    ("f64", "F64", [2], "<d", [0.1, -1e300]),
    ("i64", "I64", [3], "<q", [-(2**63), 0, 2**53 - 1]),
    ("f32", "F32", [2, 2], "<f", [1.5, -0.25, 3.0, 0.0]),
    ("scalar", "F32", [], "<f", [7.0]),
    ("i32", "I32", [1], "<i", [-5]),
    ("u32", "U32", [1], "<I", [2**32 - 1]),
    ("halves", "F16", [8], "<e", halves),
    ("brains", "BF16", [2, 3], None, brains),
    ("i16", "I16", [2], "<h", [-32768, 12]),
    ("u16", "U16", [2], "<H", [65535, 12]),
    ("u8", "U8", [3], "<B", [0, 1, 255]),
    ("i8", "I8", [2], "<b", [-128, 127]),
    ("bool", "BOOL", [2], "<B", [1, 0]),
    ("nothing", "F32", [0, 4], "<f", []),
    ('quoted "é\n', "U8", [1], "<B", [9]),
]

data = b""
header = {"__metadata__": {"format": "pt", "note": "by hand"}}
for name, dtype, shape, code, values in columns:
    begin = len(data)
    for value in values:
        data += struct.pack("<f", value)[2:] if code is None else struct.pack(code, value)
    header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}
text = json.dumps(header).encode() + b"   "
file = struct.pack("<Q", len(text)) + text + data

pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "source": "safetensors.py",
            "file": base64.b64encode(file).decode(),
            "tensors": [
                {"name": name, "dtype": dtype, "shape": shape, "values": [str(v) for v in values]}
                for name, dtype, shape, _, values in columns
            ],
        },
        indent=1,
    )
    + "\n"
)
