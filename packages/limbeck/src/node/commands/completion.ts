import { LimbeckError } from '@limbeck/core';
import type { ArgsDef } from 'citty';
import type { Command, CommandData } from './command.js';

/** A command with all that a shell may offer behind it. */
interface Node {
  /** Such as `limbeck new loss`. */
  readonly call: string;
  readonly description: string;
  readonly options: readonly { readonly name: string; readonly description: string }[];
  readonly children: readonly { readonly name: string; readonly node: Node }[];
}

/** Prints what makes a shell complete commands and options. @throws LimbeckError `invalid-option` for another shell */
export async function completion(
  io: CommandData,
  given: { readonly shell: string },
): Promise<void> {
  const write = Object.hasOwn(writers, given.shell) ? writers[given.shell] : undefined;
  if (write === undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'limbeck completion',
      given: `the shell ${JSON.stringify(given.shell)}`,
      expected: 'bash, zsh or fish',
      next: 'Write, for example, source <(limbeck completion bash) into ~/.bashrc.',
    });
  }
  io.out(write(await nodeOf('limbeck', io.root)));
}

const writers: { readonly [shell: string]: (root: Node) => string } = { bash, zsh, fish };

async function nodeOf(call: string, { definition, commands = {} }: Command): Promise<Node> {
  const meta = (await settled(definition.meta)) as { readonly description?: string } | undefined;
  const args = ((await settled(definition.args)) ?? {}) as ArgsDef;
  const children = await Promise.all(
    Object.entries(commands).map(async ([name, child]) => ({
      name,
      node: await nodeOf(`${call} ${name}`, child),
    })),
  );
  return {
    call,
    description: meta?.description ?? '',
    options: Object.entries(args)
      .filter(([, { type }]) => type !== 'positional')
      .map(([name, { description = '' }]) => ({ name: `--${name}`, description })),
    children,
  };
}

async function settled(value: unknown): Promise<unknown> {
  return typeof value === 'function' ? (value as () => unknown)() : value;
}

function everyNode(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap((child) => everyNode(child.node))];
}

const words = ({ children, options }: Node): string =>
  [...children.map(({ name }) => name), ...options.map(({ name }) => name), '--help'].join(' ');

/** The arms of the two `case` statements: which words lead to a command, and what it offers. */
function arms(root: Node): { readonly lead: string; readonly offer: string } {
  const calls = everyNode(root).flatMap(({ call, children }) =>
    children.map(({ name }) => `'${call} ${name}'`),
  );
  const offers = everyNode(root).map((node) => `    '${node.call}') offer='${words(node)}' ;;`);
  return { lead: calls.join('|'), offer: offers.join('\n') };
}

/** Follows the words to the deepest command that they name, and offers its words; files where none of them fits. */
function bash(root: Node): string {
  const { lead, offer } = arms(root);
  return `# bash completion for limbeck
_limbeck() {
  local current="\${COMP_WORDS[COMP_CWORD]}" call=limbeck offer='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$call $word" in
      ${lead}) call="$call $word" ;;
    esac
  done
  case "$call" in
${offer}
  esac
  COMPREPLY=($(compgen -W "$offer" -- "$current"))
}
complete -o default -F _limbeck limbeck`;
}

function zsh(root: Node): string {
  const { lead, offer } = arms(root);
  return `#compdef limbeck
_limbeck() {
  local call=limbeck offer='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$call $word" in
      ${lead}) call="$call $word" ;;
    esac
  done
  case "$call" in
${offer}
  esac
  compadd -- \${=offer}
  _files
}
compdef _limbeck limbeck`;
}

function fish(root: Node): string {
  const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
  const lines = everyNode(root).flatMap(({ call, children, options }) => {
    const path = call.split(' ').slice(1);
    const next = children.map(({ name }) => name).join(' ');
    const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
    const unseen = children.length > 0 ? [`not __fish_seen_subcommand_from ${next}`] : [];
    const when = [...seen, ...unseen].join('; and ');
    const condition = when === '' ? '' : ` -n ${quoted(when)}`;
    return [
      ...children.map(
        ({ name, node }) =>
          `complete -c limbeck -f${condition} -a ${name} -d ${quoted(node.description)}`,
      ),
      ...options.map(
        ({ name, description }) =>
          `complete -c limbeck${condition} -l ${name.slice(2)} -d ${quoted(description)}`,
      ),
    ];
  });
  return ['# fish completion for limbeck', ...lines].join('\n');
}
