import type { AliasConfiguration, FunctionConfiguration, Lambda } from '@aws-sdk/client-lambda'
import { isServiceError } from '../errors.ts'
import { waitUntilReady } from './function.ts'
import { namePart, writeDown } from './made.ts'
import type { PlannedStep, Work } from './plan.ts'

/** An alias and the versions it may point to, as they are there. */
export interface PresentVersions {
  readonly alias?: AliasConfiguration
  /** The version the alias points to, else the newest. */
  readonly current?: FunctionConfiguration
  readonly newest?: FunctionConfiguration
}

/**
 * Looks at an alias and the newest version of a function.
 * @param lambda the client
 * @param functionName bare name of a function that is there
 * @param alias name of the alias
 * @returns what there is of them
 */
export async function readPresentVersions(
  lambda: Lambda,
  functionName: string,
  alias: string,
): Promise<PresentVersions> {
  const { paginateListVersionsByFunction } = await import('@aws-sdk/client-lambda')
  const versions: FunctionConfiguration[] = []
  for await (const page of paginateListVersionsByFunction(
    { client: lambda },
    { FunctionName: functionName },
  )) {
    versions.push(...(page.Versions ?? []).filter(({ Version }) => Version !== '$LATEST'))
  }
  const newest = versions.toSorted((a, b) => Number(a.Version) - Number(b.Version)).at(-1)
  const found = await findAlias(lambda, functionName, alias)
  const current = versions.find(({ Version }) => Version === found?.FunctionVersion)
  return {
    ...(newest === undefined ? {} : { newest }),
    ...(current === undefined ? {} : { current }),
    ...(found === undefined ? {} : { alias: found }),
  }
}

async function findAlias(
  lambda: Lambda,
  FunctionName: string,
  Name: string,
): Promise<AliasConfiguration | undefined> {
  try {
    return await lambda.getAlias({ FunctionName, Name })
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/**
 * Plans the version and the alias that points to it.
 * @param alias name of the alias
 * @param facts what is there, and whether the function itself is to change
 * @returns the steps
 */
export function planVersion(
  alias: string,
  facts: {
    readonly latest: FunctionConfiguration | undefined
    readonly versions: PresentVersions
    readonly isFunctionChanged: boolean
  },
): PlannedStep[] {
  const { latest, versions, isFunctionChanged } = facts
  const isUpToDate = (version: FunctionConfiguration | undefined): boolean =>
    !isFunctionChanged && version !== undefined && latest !== undefined && hasSameContent(version, latest)
  const target = [versions.current, versions.newest].find(isUpToDate)?.Version
  const publish: readonly PlannedStep[] =
    target === undefined
      ? [{ what: 'version', action: 'create', says: 'published of $LATEST', carryOut: publishVersion }]
      : []
  const to = target ?? 'the new version'
  if (versions.alias === undefined) {
    const carryOut = (work: Work): Promise<string> => createAlias(work, alias, target)
    return [...publish, { what: 'alias', action: 'create', says: `${alias} → ${to}`, carryOut }]
  }
  const from = versions.alias.FunctionVersion
  const others = describeWeights(versions.alias)
  if (from === target) return [{ what: 'alias', action: 'keep', says: `${alias} → ${from}${others}` }]
  return [
    ...publish,
    {
      what: 'alias',
      action: 'change',
      says: `${alias} ${from} → ${to}${others}`,
      carryOut: (work) => moveAlias(work, alias, target),
    },
  ]
}

/** A canary that somebody has set stays theirs to end. */
function describeWeights({ RoutingConfig }: AliasConfiguration): string {
  const weights = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {})
  return weights
    .map(([version, weight]) => `; ${Math.round(weight * 100)} % of calls still go to version ${version}`)
    .join('')
}

/** Members by which a version is told from `$LATEST`; what they have each for themselves is not among them. */
const contentMembers = [
  'CodeSha256',
  'Runtime',
  'Handler',
  'Role',
  'Timeout',
  'MemorySize',
  'Environment',
  'Description',
  'Architectures',
  'EphemeralStorage',
  'Layers',
  'VpcConfig',
  'DeadLetterConfig',
  'TracingConfig',
  'KMSKeyArn',
  'FileSystemConfigs',
  'LoggingConfig',
] as const satisfies readonly (keyof FunctionConfiguration)[]

function hasSameContent(version: FunctionConfiguration, latest: FunctionConfiguration): boolean {
  return contentMembers.every((name) => toComparable(version[name]) === toComparable(latest[name]))
}

/** Variables come in no order that can be relied on. */
function toComparable(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  )
}

/** Lambda answers with the newest version when it has the same content already. */
async function publishVersion(work: Work): Promise<string> {
  const FunctionName = work.setup.functionName
  const CodeSha256 = work.configuration?.CodeSha256
  // What is published is what was deployed, and not what somebody else put there since.
  const { Version = '' } = await work.lambda.publishVersion({ FunctionName, CodeSha256 })
  work.version = Version
  await waitUntilReady(work, Version)
  return `version ${Version}`
}

async function createAlias(work: Work, Name: string, target: string | undefined): Promise<string> {
  const FunctionVersion = target ?? work.version ?? ''
  await writeDown(work, namePart('alias', Name))
  try {
    await work.lambda.createAlias({ FunctionName: work.setup.functionName, Name, FunctionVersion })
  } catch (error) {
    // The answer to an earlier try was lost on its way, or somebody made it since we looked.
    if (!isServiceError(error, 'ResourceConflictException')) throw error
    return moveAlias(work, Name, target)
  }
  work.version = FunctionVersion
  return `${Name} → ${FunctionVersion}`
}

async function moveAlias(work: Work, Name: string, target: string | undefined): Promise<string> {
  const FunctionVersion = target ?? work.version ?? ''
  await work.lambda.updateAlias({ FunctionName: work.setup.functionName, Name, FunctionVersion })
  work.version = FunctionVersion
  return `${Name} → ${FunctionVersion}`
}
