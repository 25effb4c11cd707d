import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { call, sayError } from '../api/call.ts'
import { followLogs } from '../state/side.ts'
import { formatCount, formatTime, stripColours, unqualify } from '../words.ts'
import { type LogEntry, LogLines } from './log-lines.ts'

/** Lines that are kept: what a function writes without end must not fill the memory. */
const maxLines = 1_000

/** What a function writes, as it comes; the end stays in view while it is looked at. */
export function FunctionLog(props: { readonly arn: string; readonly name: string }): JSX.Element {
  const { arn, name } = props
  const [shown, setShown] = useState<Pick<LogLines, 'entries' | 'hasOlder'>>()
  const [problem, setProblem] = useState<string>()
  const box = useRef<HTMLPreElement>(null)
  const isAtEnd = useRef(true)

  useEffect(() => {
    const gone = new AbortController()
    const lines = new LogLines(({ functionArn }) => unqualify(functionArn) === arn, maxLines)
    let isLoaded = false
    const show = (): void => {
      const { entries, hasOlder } = lines
      if (isLoaded) setShown((before) => (before?.entries === entries ? before : { entries, hasOlder }))
    }
    const load = async (): Promise<void> => {
      try {
        const query = { function: name, limit: String(maxLines) }
        lines.begin(await call('GET /logs', { query, signal: gone.signal }))
        isLoaded = true
        show()
      } catch (error) {
        if (!gone.signal.aborted) setProblem(sayError(error))
      }
    }
    void load()
    const end = followLogs((event) => {
      lines.follow(event)
      show()
    })
    return () => {
      gone.abort()
      end()
    }
  }, [arn])

  useLayoutEffect(() => {
    const element = box.current
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [shown])

  if (problem !== undefined) return <p class="bad">{problem}</p>
  if (shown === undefined) return <p class="muted">Reading the log…</p>
  const { entries, hasOlder } = shown
  if (entries.length === 0)
    return <p class="muted">Nothing was written yet. Each invocation writes its lines here as it runs.</p>
  return (
    <pre
      ref={box}
      class="block log"
      role="log"
      tabIndex={0}
      aria-label={`Log of ${name}`}
      onScroll={({ currentTarget }) => {
        isAtEnd.current =
          currentTarget.scrollTop + currentTarget.clientHeight >= currentTarget.scrollHeight - 20
      }}
    >
      {hasOlder && (
        <span class="muted">{`Older lines are not shown: the newest ${formatCount(maxLines)} are.\n`}</span>
      )}
      {entries.map((entry, index) => (
        <Entry key={index} entry={entry} />
      ))}
    </pre>
  )
}

function Entry({ entry }: { readonly entry: LogEntry }): JSX.Element {
  if ('notShown' in entry) {
    const [lines, were] = entry.notShown === 1 ? ['line', 'was'] : ['lines', 'were']
    return (
      <span class="warn">
        {`${formatCount(entry.notShown)} ${lines} of all functions ${were} not shown: they came faster than this page could take them.\n`}
      </span>
    )
  }
  return (
    <span>
      <span class="muted">{formatTime(entry.at)}</span> {`${stripColours(entry.text).trimEnd()}\n`}
    </span>
  )
}
