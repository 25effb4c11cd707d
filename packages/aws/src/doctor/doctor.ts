import { createFunctionUrlRequest, explain, type Explanation, type Fix, parseFunctionArn } from '@furlong/iam'
import { AwsError, withAwsErrors } from '../errors.ts'
import { resolvePrincipal } from '../principal.ts'
import { reachUrl } from '../reach.ts'
import { createClients, type CredentialSource, readCredentials, type Target } from '../target.ts'
import { examineHost } from './examine-host.ts'
import { findPatient, type Patient } from './find-patient.ts'
import { listUrls } from '../urls.ts'
import { planByHand, type StepByHand } from './by-hand.ts'
import type { Finding } from './finding.ts'
import { type Answers, inspectAnswers } from './inspect-answers.ts'
import { inspectDecision, inspectPolicy } from './inspect-policy.ts'
import { probe, type ProbeAnswer } from './probe.ts'
import { type ReadCaller, readCaller } from './read-caller.ts'

/** What furlong doctor found. */
export interface Examination {
  /** Absent where no function is known behind the URL. */
  readonly functionArn?: string
  readonly url?: string
  readonly authType?: 'AWS_IAM' | 'NONE'
  /** ARN of the caller that was looked at; absent where nobody's policies were read. */
  readonly caller?: string
  /** Whether nothing is wrong, as far as could be seen. */
  readonly isHealthy: boolean
  readonly findings: readonly Finding[]
  /** The steps that mend what is wrong, in order. */
  readonly fixes: readonly Fix[]
  /** What else would mend it, and is left to a person. */
  readonly byHand: readonly StepByHand[]
  /** The decision by policies; absent without a URL. */
  readonly explanation?: Explanation
}

/** What is looked at, and how. */
export interface DoctorOptions {
  /** A function's name, `name:alias` or ARN, or a function URL. */
  readonly what: string
  /** The caller, as `resolvePrincipal` takes it; default: whoever the credentials are of. */
  readonly as?: string
  /** The caller's account, for a caller of another one than the function's: its policies are read there. */
  readonly caller?: Target
  /** The region that clients take from their environment, where one is known. */
  readonly clientRegion?: string
  /** Credentials of the caller for a signed request; absent when there are none to be had. */
  readonly credentialsOf?: (arn: string) => Promise<CredentialSource>
  /** Whether requests are sent to the URL; each invokes the function when it is let in. Default true. */
  readonly probes?: boolean
  /** How long an answer is waited for, in milliseconds; default 15,000. */
  readonly timeoutMs?: number
  readonly now?: () => Date
}

/**
 * Says which gate keeps a caller from a function URL, and why: by the policies that can be read, and by what the URL answers to
 * an unsigned and a signed request.
 * @param target the account of the function
 * @param options what is looked at, and for whom
 * @returns findings in the order of a request's way, and the steps that mend what is wrong
 * @throws {AwsError} when function or caller do not exist, or credentials are refused
 */
export async function examineUrl(target: Target, options: DoctorOptions): Promise<Examination> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const patient = await findPatient(target, clients, options.what).catch((error: unknown) => {
      if (error instanceof AwsError && error.code === 'UrlNotFound' && options.probes !== false) return error
      throw error
    })
    if (patient instanceof AwsError) return examineLostUrl(target, options, patient)
    const callerClients = options.caller && createClients(options.caller)
    const who =
      options.as === undefined ? undefined : await resolvePrincipal(options.as, callerClients ?? clients)
    const caller = await readCaller(target, clients, who, callerClients)
    const functionArn = patient.found.functionArn
    const { url } = patient
    if (url === undefined) {
      const findings = [createNoUrl(patient)]
      return { functionArn, caller: caller.arn, isHealthy: false, findings, fixes: [], byHand: [] }
    }
    const now = options.now ?? (() => new Date())
    const explanation = explainCall(patient, caller, target, now())
    const answers =
      options.probes === false ? {} : await sendProbes(target, options, { patient, caller, now })
    const findings = [
      { part: 'url', verdict: 'fine', says: `${url.url}, ${url.authType}, ${url.invokeMode}` } as const,
      ...inspectRegion(functionArn, options),
      ...inspectPolicy(patient, explanation.fixes),
      ...inspectDecision(explanation, caller),
      ...inspectAnswers(answers, { patient, explanation }),
      ...inspectConcurrency(patient),
      ...[...patient.unread, ...caller.unread].map((says): Finding => ({
        part: 'reading',
        verdict: 'open',
        says,
      })),
    ]
    return {
      functionArn,
      url: url.url,
      authType: url.authType,
      caller: caller.arn,
      isHealthy: findings.every(({ verdict }) => verdict !== 'wrong'),
      findings,
      fixes: explanation.fixes,
      byHand: planByHand(patient, caller, explanation),
      explanation,
    }
  })
}

/** So many URLs are named where one is looked for in vain. */
const toldUrls = 5

/** No function has the URL: what it answers tells why. */
async function examineLostUrl(
  target: Target,
  { what, timeoutMs, now }: DoctorOptions,
  { message }: AwsError,
): Promise<Examination> {
  const { findings } = await examineHost(reachUrl(target, what), {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(now === undefined ? {} : { now }),
  })
  const urls = await listUrls(target)
  const there = urls.slice(0, toldUrls).map(({ functionArn, url }) => {
    const { name = functionArn, qualifier } = parseFunctionArn(functionArn) ?? {}
    return `${url} of ${qualifier === undefined ? name : `${name}:${qualifier}`}`
  })
  const others =
    there.length === 0 ? '' : ` There is ${there.join(', ')}${urls.length > toldUrls ? ', …' : '.'}`
  return {
    url: what,
    isHealthy: false,
    findings: [
      { part: 'url', verdict: 'wrong', says: message + others, tryThis: 'npx furlong url list' },
      ...findings.filter(({ part }) => part === 'unsigned'),
    ],
    fixes: [],
    byHand: [],
  }
}

function inspectRegion(functionArn: string, { clientRegion }: DoctorOptions): Finding[] {
  const { region } = parseFunctionArn(functionArn) ?? {}
  if (clientRegion === undefined || clientRegion === '' || region === undefined || clientRegion === region) {
    return []
  }
  return [
    {
      part: 'region',
      verdict: 'warning',
      says: `AWS_REGION is ${clientRegion} here, and the URL is of ${region}: a client that takes the region from there signs for the wrong one, and is refused.`,
      tryThis: `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    },
  ]
}

function createNoUrl({ found }: Patient): Finding {
  const { functionName, qualifier } = found.ref
  const name = qualifier === undefined ? functionName : `${functionName}:${qualifier}`
  const says =
    qualifier === undefined
      ? `The function ${name} has no URL.`
      : `The alias ${name} has no URL of its own; that of the function is another one.`
  return { part: 'url', verdict: 'wrong', says, tryThis: `npx furlong url create ${name}` }
}

function inspectConcurrency({ reservedConcurrency }: Patient): Finding[] {
  if (reservedConcurrency !== 0) return []
  const says = 'Its reserved concurrency is 0: it is switched off, and a call that is let in is answered 429.'
  return [{ part: 'function', verdict: 'wrong', says }]
}

function explainCall(patient: Patient, caller: ReadCaller, target: Target, now: Date): Explanation {
  const request = createFunctionUrlRequest({
    principal: caller.principal,
    functionArn: patient.found.functionArn,
    authType: patient.url?.authType ?? 'AWS_IAM',
    // The address that AWS sees is not known from here; policies that ask for one are told of below.
    http: { sourceIp: '127.0.0.1', secureTransport: true, region: target.region },
    now,
    functionTags: patient.tags,
  })
  const { policy } = patient
  const isPolicyUnread = patient.unread.some((says) => says.startsWith('lambda:GetPolicy'))
  const unknown = [...(caller.policies.unknown ?? []), ...(isPolicyUnread ? (['resource'] as const) : [])]
  const policies = {
    ...caller.policies,
    ...(policy === undefined ? {} : { resource: policy }),
    unknown,
  }
  return explain(request, policies, { related: patient.related })
}

async function sendProbes(
  target: Target,
  { credentialsOf, timeoutMs = 15_000 }: DoctorOptions,
  { patient, caller, now }: { patient: Patient; caller: ReadCaller; now: () => Date },
): Promise<Answers> {
  const url = reachUrl(target, patient.url?.url ?? '')
  const region = parseFunctionArn(patient.found.functionArn)?.region ?? target.region
  const ask = async (credentials?: CredentialSource): Promise<ProbeAnswer | Error> => {
    const keys = credentials === undefined ? {} : { credentials: await readCredentials(credentials) }
    return probe(url, { ...keys, region, now, timeoutMs }).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    )
  }
  const unsigned = await ask()
  if (credentialsOf === undefined) return { unsigned }
  let credentials: CredentialSource
  try {
    credentials = await credentialsOf(caller.arn)
  } catch (error) {
    return { unsigned, signed: error instanceof Error ? error : new Error(String(error)) }
  }
  return { unsigned, signed: await ask(credentials) }
}
