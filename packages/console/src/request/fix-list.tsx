import type { Fixes, RequestDetail } from '@furlong/local/console'
import type { JSX } from 'preact'
import { Command } from '../parts/command.tsx'
import { Section } from '../parts/section.tsx'
import type { useReplay } from './replay.tsx'

/** What mends a refusal: commands to copy, and a button that runs them here and sends the request again. */
export function FixList(props: {
  readonly detail: RequestDetail
  readonly replaying: ReturnType<typeof useReplay>
}): JSX.Element | null {
  const { detail, replaying } = props
  const { fixes } = detail
  if (fixes === undefined) return null
  return (
    <Section
      title="Fix"
      aside={
        fixes.steps.length > 0 && (
          <button
            type="button"
            class="button small primary"
            disabled={!fixes.canApply || replaying.isBusy}
            title={fixes.says}
            onClick={() => void replaying.fix()}
          >
            {detail.replay.possible ? 'Apply and replay' : 'Apply'}
          </button>
        )
      }
    >
      <FixCommands fixes={fixes} />
      {!fixes.canApply && fixes.says !== undefined && <p class="muted">{fixes.says}</p>}
    </Section>
  )
}

/** The commands of a plan, those of the AWS CLI folded away. */
export function FixCommands({ fixes }: { readonly fixes: Fixes }): JSX.Element {
  const isSame =
    fixes.aws.length === fixes.furlong.length && fixes.aws.every((one) => fixes.furlong.includes(one))
  return (
    <>
      {fixes.furlong.map((command) => (
        <OfAccount key={command} command={command} fixes={fixes} />
      ))}
      {fixes.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {!isSame && fixes.aws.length > 0 && (
        <details>
          <summary>The same by the AWS CLI</summary>
          <div class="details-body">
            {fixes.aws.map((command) => (
              <OfAccount key={command} command={command} fixes={fixes} />
            ))}
          </div>
        </details>
      )}
    </>
  )
}

function OfAccount(props: { readonly command: string; readonly fixes: Fixes }): JSX.Element {
  const { command, fixes } = props
  const account = fixes.credentials[command]
  return (
    <>
      {account !== undefined && <p class="muted">With credentials of account {account}:</p>}
      <Command text={command} />
    </>
  )
}
