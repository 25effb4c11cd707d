import type { JSX } from 'preact'
import { Block } from './block.tsx'

interface Line {
  readonly text: string
  /** Member names from the statement down. */
  readonly path: readonly string[]
}

/** One statement of a policy as JSON, with the elements marked that kept it from allowing. */
export function Statement(props: {
  readonly statement: Readonly<Record<string, unknown>>
  /** As an explanation names them: `Principal`, `Condition.<operator>.<key>`. */
  readonly failing?: readonly string[]
}): JSX.Element {
  const failing = (props.failing ?? []).map(readElement)
  return (
    <Block class="statement" label="Statement">
      {[...writeLines(props.statement, [], 0, '')].map(({ text, path }, at) => {
        const isFailing = failing.some((element) => element.every((name, depth) => path[depth] === name))
        return isFailing ? <mark key={at}>{text}</mark> : `${text}\n`
      })}
    </Block>
  )
}

/** A key of a condition may hold points itself. */
function readElement(element: string): readonly string[] {
  const [, operator, key] = /^Condition\.([^.]+)\.(.+)$/.exec(element) ?? []
  return operator === undefined || key === undefined ? element.split('.') : ['Condition', operator, key]
}

function* writeLines(
  value: unknown,
  path: readonly string[],
  depth: number,
  end: string,
  name?: string,
): Generator<Line> {
  const start = `${'  '.repeat(depth)}${name === undefined ? '' : `${JSON.stringify(name)}: `}`
  if (typeof value !== 'object' || value === null) {
    yield { text: `${start}${JSON.stringify(value)}${end}`, path }
    return
  }
  const isList = Array.isArray(value)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const members = Object.entries(value as Readonly<Record<string, unknown>>)
  if (members.length === 0) {
    yield { text: `${start}${open}${close}${end}`, path }
    return
  }
  yield { text: `${start}${open}`, path }
  for (const [at, [key, member]] of members.entries()) {
    const comma = at === members.length - 1 ? '' : ','
    if (isList) yield* writeLines(member, path, depth + 1, comma)
    else yield* writeLines(member, [...path, key], depth + 1, comma, key)
  }
  yield { text: `${'  '.repeat(depth)}${close}${end}`, path }
}
