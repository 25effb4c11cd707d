import { type ComponentChildren, Fragment, type JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Block } from './block.tsx'
import { type NotedLine, writeNotedLines } from './statement-lines.ts'

/** What is to be said of one element of a statement. */
export interface StatementNote {
  /** As an explanation names it: `Principal`, `Condition.<operator>.<key>`. */
  readonly element: string
  /** Stands below the element; nothing for its mark alone. */
  readonly says?: ComponentChildren
}

/** One statement of a policy as JSON, with what decided marked and said. */
export function Statement(props: {
  readonly statement: Readonly<Record<string, unknown>>
  readonly notes?: readonly StatementNote[]
}): JSX.Element {
  const { statement, notes = [] } = props
  const [isWhole, setWhole] = useState(false)
  const lines = writeNotedLines(
    statement,
    notes.map(({ element }) => element),
    isWhole,
  )
  return (
    <Block class="statement" label="Statement">
      {lines.map((line, at) => {
        const says = line.isLast === true ? notes[line.note ?? -1]?.says : undefined
        return (
          <Fragment key={at}>
            <Line line={line} onUnfold={() => setWhole(true)} />
            {says !== undefined && (
              <span class="line noted says" style={{ paddingLeft: edgeOf(line.depth) }}>
                {says}
              </span>
            )}
          </Fragment>
        )
      })}
    </Block>
  )
}

function Line(props: { readonly line: NotedLine; readonly onUnfold: () => void }): JSX.Element {
  const { line, onUnfold } = props
  const { text, depth, note, folded } = line
  const Tag = note === undefined ? 'span' : 'mark'
  return (
    <Tag class={note === undefined ? 'line' : 'line noted'} style={indent(depth)}>
      {text}
      {folded !== undefined && (
        <button type="button" class="unfold" onClick={onUnfold}>
          … {folded} more
        </button>
      )}
    </Tag>
  )
}

/** What does not fit goes on deeper than it began. */
function indent(depth: number): { readonly paddingLeft: string; readonly textIndent: string } {
  return { paddingLeft: edgeOf(depth + 2), textIndent: `-${(depth + 2) * 2}ch` }
}

function edgeOf(depth: number): string {
  return `calc(var(--edge) + ${depth * 2}ch)`
}
