import type { ReplayInput, RequestDetail } from '@furlong/local/console'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { describeCaller } from '../functions/describe.ts'
import { Dialog } from '../parts/dialog.tsx'
import { side } from '../state/side.ts'

/** Headers that a new signature or the connection makes anew: to edit them would change nothing. */
const madeAnew =
  /^(?:host|authorization|x-amz-(?:date|security-token|content-sha256)|content-length|connection)$/i

/** Edits a request before it is sent again, signed as a chosen caller. */
export function ReplayDialog(props: {
  readonly detail: RequestDetail
  readonly onSend: (input: Omit<ReplayInput, 'recordId'>) => void
  readonly onClose: () => void
}): JSX.Element {
  const { detail, onSend, onClose } = props
  const { sent, replay, record } = detail
  const first = {
    as: replay.possible ? replay.as : '',
    method: sent?.method ?? record.method,
    target: sent?.target ?? record.url,
    headers: (sent?.headers ?? [])
      .filter(([name]) => !madeAnew.test(name))
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    body: sent?.body.text ?? '',
  }
  const [input, setInput] = useState(first)
  const [problem, setProblem] = useState<string>()
  const callers = side.value?.callers ?? []
  const bodyFixed =
    sent?.body.isCut === true
      ? 'only its beginning is kept as text'
      : sent?.body.encoding === 'base64'
        ? 'it is no text'
        : undefined
  const set =
    (member: keyof typeof first) => (event: { readonly currentTarget: { readonly value: string } }) =>
      setInput((before) => ({ ...before, [member]: event.currentTarget.value }))

  const submit = (event: Event): void => {
    event.preventDefault()
    const headers = readHeaders(input.headers)
    if (typeof headers === 'string') {
      setProblem(headers)
      return
    }
    const body = { text: input.body, encoding: 'utf8' } as const
    onSend({
      as: input.as,
      edit: {
        method: input.method,
        target: input.target,
        headers,
        ...(bodyFixed !== undefined || input.body === first.body ? {} : { body }),
      },
    })
  }
  return (
    <Dialog title="Edit and replay" wide onClose={onClose}>
      <form
        class="form"
        onSubmit={submit}
        onKeyDown={(event) => {
          // Enter alone is a line of its own where headers and bodies are written.
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          event.currentTarget.requestSubmit()
        }}
      >
        <label>
          <span>Signed as</span>
          <select class="field" autofocus value={input.as} onChange={set('as')}>
            {callers.map((caller) => (
              <option key={caller.arn} value={caller.arn}>
                {describeCaller(caller)}
              </option>
            ))}
          </select>
        </label>
        <div class="form-row">
          <label class="form-method">
            <span>Method</span>
            <input
              class="field mono"
              value={input.method}
              onInput={set('method')}
              required
              pattern="[A-Za-z]+"
            />
          </label>
          <label>
            <span>Path and query, as on the request line</span>
            <input class="field mono" value={input.target} onInput={set('target')} required pattern="/.*" />
          </label>
        </div>
        <label>
          <span>Headers, one a line; the signature’s own are made anew</span>
          <textarea
            class="field"
            rows={4}
            spellcheck={false}
            value={input.headers}
            onInput={set('headers')}
          />
        </label>
        <label>
          <span>{bodyFixed === undefined ? 'Body' : `Body: sent as it was, since ${bodyFixed}`}</span>
          <textarea
            class="field"
            rows={6}
            spellcheck={false}
            disabled={bodyFixed !== undefined}
            value={input.body}
            onInput={set('body')}
          />
        </label>
        {problem !== undefined && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        <div class="form-buttons">
          <button type="submit" class="button primary" title="Send (ctrl or ⌘ with enter)">
            Send
          </button>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** @returns the headers, or what is wrong with a line */
function readHeaders(text: string): [name: string, value: string][] | string {
  const headers: [string, string][] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined)
      return `“${line}” is no header: a name, a colon and a value are.`
    headers.push([name, value])
  }
  return headers
}
