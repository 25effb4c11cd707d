import type { JSX } from 'preact'
import { listBindings } from '../state/keys.ts'
import { gateQuestions, gates } from '../words.ts'
import { Dialog } from './dialog.tsx'

/** The keys that do something now, and what the marks mean. */
export function Help({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Keys and marks" onClose={onClose}>
      <div class="help">
        <dl class="keys">
          {groupBindings().map(([says, all]) => (
            <div key={says}>
              <dt>
                {all.flatMap((keys) =>
                  keys.split(' ').map((key) => <kbd key={`${keys} ${key}`}>{keyNames[key] ?? key}</kbd>),
                )}
              </dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
        <div>
          <h3>The seven gates, in the order in which AWS asks</h3>
          <dl class="legend">
            {gates.map((gate) => (
              <div key={gate}>
                <dt>{gate}</dt>
                <dd class="muted">{gateQuestions[gate]}</dd>
              </div>
            ))}
          </dl>
          <h3>Their marks</h3>
          <dl class="legend marks">
            {marks.map(([mark, says]) => (
              <div key={mark}>
                <dt class="gates">
                  <i class={`gate ${mark}`} />
                </dt>
                <dd class="muted">{says}</dd>
              </div>
            ))}
          </dl>
        </div>
      </div>
    </Dialog>
  )
}

/** Keys that do the same stand together. */
function groupBindings(): readonly (readonly [says: string, keys: readonly string[]])[] {
  const groups = new Map<string, string[]>()
  for (const { says, keys } of listBindings()) groups.set(says, [...(groups.get(says) ?? []), keys])
  return [...groups]
}

const keyNames: Readonly<Record<string, string>> = {
  Escape: 'esc',
  Enter: 'enter',
  ArrowDown: '↓',
  ArrowUp: '↑',
}

const marks = [
  ['passed', 'let the request through'],
  ['answered', 'answered it itself, as CORS does'],
  ['refused', 'refused it'],
  ['unasked', 'was not asked'],
] as const
