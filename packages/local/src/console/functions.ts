import { renderVersion } from '../control/lambda/render-version.ts'
import { showStatement } from '../control/lambda/statement-principal.ts'
import type { PoolStatus } from '../engine/index.ts'
import { createUrlHost } from '../front/url-listeners.ts'
import type { FunctionRecord } from '../store/functions.ts'
import type { FunctionUrlRow } from '../store/function-urls.ts'
import type {
  EnvironmentCounts,
  FunctionDetail,
  FunctionPolicy,
  FunctionSummary,
  UrlSummary,
} from './contract.ts'
import type { ConsoleParts } from './parts.ts'

/** Lists the functions of every account and region, by name. */
export function listFunctions(parts: ConsoleParts): FunctionSummary[] {
  const pools = Map.groupBy(parts.engine.status().functions, ({ functionArn }) => functionArn)
  const urls = Map.groupBy(parts.store.allFunctionUrls(), ({ functionArn }) => functionArn)
  return parts.store.functions
    .all()
    .map((record) => summarize(parts, record, pools.get(record.arn) ?? [], urls.get(record.arn) ?? []))
}

/** @returns all of a function that a page shows; undefined when there is none of that ARN */
export function describeFunction(parts: ConsoleParts, arn: string): FunctionDetail | undefined {
  const { store, engine } = parts
  const record = store.functionByArn(arn)
  if (record === undefined) return undefined
  const pools = engine.status().functions.filter(({ functionArn }) => functionArn === arn)
  const urls = store.functionUrls(arn)
  const versions = store.versions.list(arn).map(({ version }) => version)
  const aliases = store.aliases
    .list(arn)
    .map(({ name, functionVersion }) => ({ name, version: functionVersion }))
  return {
    ...summarize(parts, record, pools, urls),
    configuration: hideVariables(renderVersion(record, arn)),
    versions,
    aliases,
    policies: [undefined, ...versions, ...aliases.map(({ name }) => name)].flatMap((qualifier) =>
      readPolicy(parts, arn, qualifier),
    ),
    pools,
    cors: Object.fromEntries(
      urls.flatMap(({ urlId, cors }) => (cors === undefined ? [] : [[urlId, { ...cors }]])),
    ),
  }
}

function summarize(
  parts: ConsoleParts,
  { arn, name, accountId, region, runtime }: FunctionRecord,
  pools: readonly PoolStatus[],
  urls: readonly FunctionUrlRow[],
): FunctionSummary {
  return {
    arn,
    name,
    accountId,
    region,
    runtime,
    urls: urls.map((url) => summarizeUrl(parts, url)),
    environments: countEnvironments(pools),
  }
}

/** Describes a URL for the page. */
export function summarizeUrl({ render, side }: ConsoleParts, url: FunctionUrlRow): UrlSummary {
  const { urlId, functionArn, qualifier, authType, invokeMode = 'BUFFERED' } = url
  return {
    urlId,
    functionArn: qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`,
    ...(qualifier === undefined ? {} : { qualifier }),
    authType,
    invokeMode,
    url: render(url),
    browserUrl: `http://${createUrlHost(urlId, functionArn, 'localhost')}:${side.port}/`,
    awsUrl: `https://${createUrlHost(urlId, functionArn)}/`,
  }
}

function countEnvironments(pools: readonly PoolStatus[]): EnvironmentCounts {
  const counts = { starting: 0, idle: 0, frozen: 0, busy: 0, stopping: 0, waiting: 0 }
  for (const { waiting, environments } of pools) {
    counts.waiting += waiting
    for (const { state, isFrozen } of environments) {
      if (state === 'gone') continue
      counts[state] += 1
      if (state === 'idle' && isFrozen) counts.frozen += 1
    }
  }
  return counts
}

/** Secrets are what environment variables are most often used for. */
function hideVariables(configuration: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { Environment } = configuration as { Environment?: { Variables?: Readonly<Record<string, string>> } }
  if (Environment === undefined) return configuration
  const names = Object.keys(Environment.Variables ?? {})
  return {
    ...configuration,
    Environment: { Variables: Object.fromEntries(names.map((name) => [name, '***'])) },
  }
}

function readPolicy({ store }: ConsoleParts, arn: string, qualifier: string | undefined): FunctionPolicy[] {
  const policy = store.policies.get(arn, qualifier)
  if (policy === undefined) return []
  const statements = policy.statements.map((stored) => ({
    sid: stored.Sid,
    statement: { ...showStatement(stored, store) },
  }))
  return [{ ...(qualifier === undefined ? {} : { qualifier }), statements }]
}
