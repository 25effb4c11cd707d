import type { FunctionDetail, FunctionPolicy, UrlSummary } from '@furlong/local/console'
import type { JSX } from 'preact'
import { call } from '../api/call.ts'
import { Command } from '../parts/command.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Fact, Section } from '../parts/section.tsx'
import { Statement } from '../parts/statement.tsx'
import { useLoaded } from '../state/loading.ts'
import { formatRoute, route } from '../state/route.ts'
import { sideChanges } from '../state/side.ts'
import { useTicks } from '../state/ticks.ts'
import { nameFunction } from '../words.ts'
import { AccessPanel } from './access-view.tsx'
import { Environments } from './environments.tsx'
import { FunctionLog } from './function-log.tsx'

const refreshMs = 1_500

/** One function: its URLs, who may call them, its policy, environments, log and configuration. */
export function FunctionPage(props: {
  readonly arn: string
  readonly isAlone: boolean
  readonly onClose: () => void
}): JSX.Element {
  const { arn, isAlone, onClose } = props
  const loading = useLoaded(
    (signal) => call('GET /function', { query: { arn }, signal }),
    [arn],
    [sideChanges.value, useTicks(refreshMs)],
  )
  return (
    <section class="pane request-pane" aria-label={`Function ${nameFunction(arn)}`}>
      <header class="request-head">
        {isAlone && (
          <button type="button" class="button quiet icon" aria-label="Back" onClick={onClose}>
            ←
          </button>
        )}
        <h1 class="request-title">
          {nameFunction(arn)} <span class="mono muted request-url">{arn}</span>
        </h1>
        <div class="request-actions">
          <a
            class="button small"
            href={formatRoute({ view: 'requests', query: { function: nameFunction(arn) } })}
          >
            Its requests
          </a>
        </div>
      </header>
      {loading.kind === 'failed' && <Empty title="This function cannot be shown.">{loading.message}</Empty>}
      {loading.kind === 'loaded' && <Detail detail={loading.value} />}
    </section>
  )
}

function Detail({ detail }: { readonly detail: FunctionDetail }): JSX.Element {
  const { urls, policies, pools, configuration, name } = detail
  const { query } = route.value
  return (
    <div class="request-body" tabIndex={0} role="region" aria-label="The function">
      <Section title="Function URLs">
        <Urls urls={urls} cors={detail.cors} name={name} />
      </Section>
      {urls.length > 0 && (
        <Section title="Who may call it">
          <AccessPanel
            caller={query['caller']}
            urlId={query['url']}
            urlIds={new Set(urls.map(({ urlId }) => urlId))}
          />
        </Section>
      )}
      <Section title="Resource-based policy">
        <Policies policies={policies} name={name} />
      </Section>
      <Section title="Execution environments">
        <Environments pools={pools} />
      </Section>
      <Section title="Log">
        <FunctionLog arn={detail.arn} name={name} />
      </Section>
      <Section title="Configuration">
        <dl class="facts wide">
          {Object.entries(configuration)
            .filter(([, value]) => value !== '' && value !== null)
            .map(([member, value]) => (
              <Fact key={member} name={member}>
                <span class="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
              </Fact>
            ))}
          {detail.aliases.map((alias) => (
            <Fact key={alias.name} name={`Alias ${alias.name}`}>
              version {alias.version}
            </Fact>
          ))}
        </dl>
      </Section>
    </div>
  )
}

function Urls(props: {
  readonly urls: readonly UrlSummary[]
  readonly cors: FunctionDetail['cors']
  readonly name: string
}): JSX.Element {
  const { urls, cors, name } = props
  if (urls.length === 0)
    return (
      <>
        <p class="muted">It has none yet. This gives it one that asks for a signature:</p>
        <Command text={`npx furlong url create ${name}`} />
      </>
    )
  return (
    <>
      {urls.map(({ urlId, url, awsUrl, authType, invokeMode, qualifier }) => (
        <dl key={urlId} class="facts">
          <Fact name={qualifier === undefined ? 'URL' : `URL of ${qualifier}`}>
            <span class="mono">{url}</span> <CopyButton text={url} what="the URL" />
          </Fact>
          <Fact name="On AWS">
            <span class="mono">{awsUrl}</span>
          </Fact>
          <Fact name="Auth type">
            <span class="mono">{authType}</span>
            {authType === 'NONE' && <span class="warn"> · open to everybody whom the policy admits</span>}
          </Fact>
          <Fact name="Invoke mode">
            <span class="mono">{invokeMode}</span>
          </Fact>
          {cors[urlId] !== undefined && (
            <Fact name="CORS">
              <span class="mono">{JSON.stringify(cors[urlId])}</span>
            </Fact>
          )}
        </dl>
      ))}
    </>
  )
}

function Policies(props: {
  readonly policies: readonly FunctionPolicy[]
  readonly name: string
}): JSX.Element {
  const { policies, name } = props
  if (policies.every(({ statements }) => statements.length === 0))
    return (
      <>
        <p class="muted">It has none: only callers of its own account with an identity policy may call it.</p>
        <Command text={`npx furlong grant ${name} --to <role|user|account>`} />
      </>
    )
  return (
    <>
      {policies.map(({ qualifier, statements }) => (
        <div key={qualifier ?? ''} class="statements">
          {qualifier !== undefined && <h3>of {qualifier}</h3>}
          {statements.map(({ sid, statement }, at) => (
            <details key={sid ?? at} open={statements.length <= 4}>
              <summary>{summarize(sid, statement)}</summary>
              <Statement statement={statement} />
            </details>
          ))}
        </div>
      ))}
    </>
  )
}

function summarize(sid: string | undefined, statement: Readonly<Record<string, unknown>>): string {
  const list = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
  return `${sid ?? 'statement'} · ${list(statement['Effect'])} ${list(statement['Action'] ?? statement['NotAction'])}`
}
