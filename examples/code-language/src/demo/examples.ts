/** A snippet to try. */
export interface Example {
  readonly language: string;
  readonly text: string;
}

/** Snippets for the page's buttons, written for it. */
export const examples: readonly Example[] = [
  {
    language: 'TypeScript',
    text: `export interface Recipe {
  readonly name: string;
  readonly minutes: number;
  readonly steps?: readonly string[];
}

export function quickest(recipes: readonly Recipe[]): Recipe | undefined {
  const [first, ...rest] = recipes;
  return rest.reduce<Recipe | undefined>((best, next) => {
    return best !== undefined && best.minutes < next.minutes ? best : next;
  }, first);
}
`,
  },
  {
    language: 'Python',
    text: `from collections import Counter

def anagrams(words):
    """Group words that use the same letters."""
    groups = {}
    for word in words:
        key = tuple(sorted(Counter(word).items()))
        groups.setdefault(key, []).append(word)
    return [group for group in groups.values() if len(group) > 1]
`,
  },
  {
    language: 'C++',
    text: `#include <algorithm>
#include <vector>

template <typename T>
std::vector<T> smallest(std::vector<T> values, std::size_t count) {
  count = std::min(count, values.size());
  std::partial_sort(values.begin(), values.begin() + count, values.end());
  values.resize(count);
  return values;
}
`,
  },
  {
    language: 'Swift',
    text: `struct Tide {
    let height: Double
    let isRising: Bool
}

extension Tide {
    func describe() -> String {
        guard height > 0 else { return "dry" }
        return isRising ? "rising, \\(height) m" : "falling, \\(height) m"
    }
}
`,
  },
  {
    language: 'Kotlin',
    text: `data class Station(val name: String, val line: Int?)

fun onLine(stations: List<Station>, line: Int): Map<Char, List<String>> =
    stations
        .filter { it.line == line }
        .map { it.name.trim() }
        .groupBy { it.first().uppercaseChar() }
`,
  },
  {
    language: 'Ruby',
    text: `class Shelf
  attr_reader :books

  def initialize(books = [])
    @books = books
  end

  def unread
    books.reject(&:read?).sort_by { |book| [book.author, book.title] }
  end
end
`,
  },
  {
    language: 'Solidity',
    text: `pragma solidity ^0.8.20;

contract Jar {
    mapping(address => uint256) private coins;

    event Filled(address indexed who, uint256 amount);

    function fill() external payable {
        require(msg.value > 0, "nothing to add");
        coins[msg.sender] += msg.value;
        emit Filled(msg.sender, msg.value);
    }
}
`,
  },
  {
    language: 'Shell',
    text: `#!/usr/bin/env bash
set -euo pipefail

for photo in "$HOME"/pictures/*.jpg; do
  day=$(date -r "$photo" +%Y-%m-%d)
  mkdir -p "sorted/$day"
  cp -n "$photo" "sorted/$day/" && echo "kept \${photo##*/}"
done
`,
  },
  {
    language: 'SCSS',
    text: `$accent: #a2481c;

.card {
  padding: 1rem 1.25rem;
  border-left: 3px solid $accent;

  &:hover {
    background: rgba($accent, 0.08);
  }

  @include wide {
    display: flex;
  }
}
`,
  },
];
