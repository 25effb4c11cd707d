import type { Cors, UpdateFunctionUrlConfigRequest } from '@aws-sdk/client-lambda'
import { AwsError, isServiceError } from '../errors.ts'
import { invokeModeVariable, readHostMode } from '../invoke-mode.ts'
import type { Setup, UrlSetup } from '../setup/setup.ts'
import { createRefInput } from '../statements.ts'
import { describeUrlConflict, findUrl, urlIdTag, type FunctionUrl } from '../urls.ts'
import { namePart, writeDown } from './made.ts'
import type { PlannedStep } from './plan.ts'

/** What the steps of a URL are planned from. */
export interface UrlFacts {
  readonly setup: Setup
  /** The URL of the function, or of its alias when one is said. */
  readonly present: FunctionUrl | undefined
  /** Tags and variables of the function; empty while it is not there. */
  readonly tags: Readonly<Record<string, string>>
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Plans the URL.
 * @param facts what is to exist, and what is there
 * @returns the steps
 * @throws {AwsError} `UrlExists` when an id is wanted that the URL which is there does not have
 */
export function planUrl(facts: UrlFacts): PlannedStep[] {
  const { setup, present } = facts
  const { url } = setup
  if (url === undefined) {
    return present === undefined
      ? []
      : [{ what: 'url', action: 'leave', says: present.url, tryThis: deletion(setup) }]
  }
  if (present === undefined) return [planCreation(facts, url)]
  if (url.id !== undefined && facts.tags[urlIdTag] !== url.id) {
    throw new AwsError(
      'UrlExists',
      `The function has a URL already, and its id cannot be changed: ${present.url}`,
      { tryThis: `${deletion(setup)}, then deploy with --id ${url.id}` },
    )
  }
  return [planChange(url, present)]
}

function deletion({ functionName, alias }: Setup): string {
  return `npx furlong url delete ${alias === undefined ? functionName : `${functionName}:${alias}`}`
}

function planCreation({ setup, variables }: UrlFacts, wanted: UrlSetup): PlannedStep {
  const AuthType = wanted.authType ?? 'AWS_IAM'
  const mode = setup.environment[invokeModeVariable] ?? variables[invokeModeVariable] ?? 'BUFFERED'
  return {
    what: 'url',
    action: 'create',
    says: [AuthType, mode, ...describeCors(wanted.cors)].join(', '),
    carryOut: async (work) => {
      const InvokeMode = readHostMode(work.configuration?.Environment?.Variables ?? {})
      await writeDown(work, namePart('url', work.ref.qualifier))
      try {
        await work.lambda.createFunctionUrlConfig({
          ...createRefInput(work.ref),
          AuthType,
          InvokeMode,
          ...(wanted.cors === undefined || Object.keys(wanted.cors).length === 0
            ? {}
            : { Cors: wanted.cors }),
        })
      } catch (error) {
        // The answer to an earlier try was lost on its way, unless what is there is another one.
        const there = isServiceError(error, 'ResourceConflictException')
          ? await findUrl(work.lambda, work.ref)
          : undefined
        if (there?.authType !== AuthType || there.invokeMode !== InvokeMode) {
          throw describeUrlConflict(error, setup.functionName)
        }
      }
      const url = await findUrl(work.lambda, work.ref)
      if (url !== undefined) work.url = url
      return `${url?.url ?? ''} (${AuthType}, ${InvokeMode})`
    },
  }
}

type UrlChange = Pick<UpdateFunctionUrlConfigRequest, 'AuthType' | 'InvokeMode' | 'Cors'>

/** Only what is said and differs is sent: a default AuthType would open a guarded URL, or close an open one. */
function planChange(wanted: UrlSetup, present: FunctionUrl): PlannedStep {
  const { authType = present.authType, invokeMode = present.invokeMode, cors } = wanted
  const rows: readonly (readonly [says: string, change: UrlChange])[] = [
    ...(authType === present.authType
      ? []
      : [[`${present.authType} → ${authType}`, { AuthType: authType }] as const]),
    ...(invokeMode === present.invokeMode
      ? []
      : [[`${present.invokeMode} → ${invokeMode}`, { InvokeMode: invokeMode }] as const]),
    ...(cors === undefined || isSameCors(cors, present.cors)
      ? []
      : [[describeCors(cors)[0] ?? 'no CORS', { Cors: cors }] as const]),
  ]
  const says = `${present.url} (${authType}, ${invokeMode})`
  if (rows.length === 0) return { what: 'url', action: 'keep', says }
  return {
    what: 'url',
    action: 'change',
    says: rows.map(([one]) => one).join(', '),
    carryOut: async (work) => {
      const change: UrlChange = Object.assign({}, ...rows.map(([, part]) => part))
      await work.lambda.updateFunctionUrlConfig({ ...createRefInput(work.ref), ...change })
      work.url = { ...present, authType, invokeMode }
      return says
    },
  }
}

function describeCors(cors: Cors | undefined): string[] {
  const origins = cors?.AllowOrigins ?? []
  return origins.length === 0 ? [] : [`CORS for ${origins.join(' ')}`]
}

/** What is left out is what AWS reports as absent, or as its default. */
function isSameCors(wanted: Cors, present: Cors = {}): boolean {
  return JSON.stringify(normalize(wanted)) === JSON.stringify(normalize(present))
}

function normalize(cors: Cors): unknown {
  return {
    AllowCredentials: cors.AllowCredentials ?? false,
    AllowHeaders: cors.AllowHeaders ?? [],
    AllowMethods: cors.AllowMethods ?? [],
    AllowOrigins: cors.AllowOrigins ?? [],
    ExposeHeaders: cors.ExposeHeaders ?? [],
    MaxAge: cors.MaxAge ?? 0,
  }
}
