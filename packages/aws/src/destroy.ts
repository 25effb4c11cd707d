import type { Lambda } from '@aws-sdk/client-lambda'
import { isOwnStatementId } from '@furlong/iam'
import { madeFunction, madeTag, namePart, readMade } from './deploy/made.ts'
import { inspectOwnRole, removeOwnRole } from './deploy/role.ts'
import { AwsError, isServiceError, withAwsErrors } from './errors.ts'
import { parseFunctionName } from './function-name.ts'
import { createRefInput, readFunctionPolicy, removeStatement, type FunctionRef } from './statements.ts'
import { createClients, type Clients, type Target } from './target.ts'
import { listUrls } from './urls.ts'

/** Something that `deploy` made, or that hangs on it. */
export interface DestroyStep {
  readonly what: 'permission' | 'url' | 'alias' | 'version' | 'function' | 'role'
  /** The statement's id, the URL, the alias, the version's number, or the ARN. */
  readonly name: string
  /** Of a URL or a statement: whose it is, with the alias when it is an alias's. */
  readonly functionArn?: string
  /** Why it stays; absent for what goes. */
  readonly kept?: string
}

/** A function, and what a step has to know to be done. */
interface Patient {
  readonly functionName: string
  readonly functionArn: string
  /** The words of its tag. */
  readonly made: ReadonlySet<string>
}

/**
 * Lists what `destroy` would take away.
 * @param target the account
 * @param options the function's name
 * @returns statements, URLs, aliases, the function and its role, in the order in which they go, and what stays
 * @throws {AwsError} `FunctionNotFound` when neither the function nor a role that was made for it is there
 */
export async function planDestroy(
  target: Target,
  options: { readonly functionName: string },
): Promise<readonly DestroyStep[]> {
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const functionName = readName(options.functionName)
    const patient = await findPatient(await clients.lambda(), functionName)
    const role = await inspectOwnRole(clients, functionName)
    if (patient === undefined && role === undefined) {
      throw new AwsError(
        'FunctionNotFound',
        `There is no function '${functionName}', and no role that was made for it.`,
      )
    }
    const roleSteps =
      role === undefined ? [] : [{ what: 'role', name: role.roleArn, ...keepIf(role.kept) } as const]
    if (patient === undefined) return roleSteps
    const parts = patient.made.has(madeFunction)
      ? await planWhole(target, patient)
      : await planParts(target, await clients.lambda(), patient)
    return [...parts, ...roleSteps]
  })
}

const keepIf = (kept: string | undefined): { kept?: string } => (kept === undefined ? {} : { kept })

/** A function that `deploy` made goes with all that hangs on it: versions, aliases, their URLs and policies. */
async function planWhole(target: Target, { functionName, functionArn }: Patient): Promise<DestroyStep[]> {
  const urls = await listUrls(target, { functionName })
  return [
    ...urls.map(({ url, functionArn }): DestroyStep => ({ what: 'url', name: url, functionArn })),
    { what: 'function', name: functionArn },
  ]
}

/** Of a function that somebody else made go the parts that `deploy` wrote down, and the grants of URLs that go. */
async function planParts(target: Target, lambda: Lambda, patient: Patient): Promise<DestroyStep[]> {
  const { functionName, functionArn, made } = patient
  const steps: DestroyStep[] = []
  const foreignUrls = new Map<string | undefined, string>()
  // Lambda hands out the version that is there when nothing has changed since: who published it is not known.
  const versions = new Set<string>()
  for (const { url, functionArn } of await listUrls(target, { functionName })) {
    const ref = toRef(functionArn)
    if (!made.has(namePart('url', ref.qualifier))) {
      foreignUrls.set(ref.qualifier, url)
      steps.push({ what: 'url', name: url, functionArn, kept: notOurs })
      continue
    }
    // Before the URL: by it another run finds what is left of them.
    const { statements } = await readFunctionPolicy(lambda, ref)
    const ids = statements.flatMap(({ Sid }) => (Sid !== undefined && isOwnStatementId(Sid) ? [Sid] : []))
    steps.push(...ids.map((name): DestroyStep => ({ what: 'permission', name, functionArn })))
    steps.push({ what: 'url', name: url, functionArn })
  }
  for (const word of made) {
    const [part, name] = word.split('/')
    if (part !== 'alias' || name === undefined) continue
    const url = foreignUrls.get(name)
    const alias = await orGone(() => lambda.getAlias({ FunctionName: functionName, Name: name }))
    if (alias === undefined) continue
    steps.push({ what: 'alias', name, ...keepIf(url === undefined ? undefined : `${url} hangs on it`) })
    if (url === undefined && alias.FunctionVersion !== undefined) {
      versions.add(alias.FunctionVersion)
    }
  }
  for (const version of [...versions].filter((one) => one !== '$LATEST')) {
    const command = `aws lambda delete-function --function-name ${functionName} --qualifier ${version}`
    steps.push({ what: 'version', name: version, kept: `somebody else may use it; ${command} takes it away` })
  }
  const kept = `${notOurs}: it has no tag ${madeTag}=${madeFunction}`
  return [...steps, { what: 'function', name: functionArn, kept }]
}

const notOurs = 'furlong deploy did not make it'

/**
 * Takes away what `deploy` made, and nothing else: a function with all that hangs on it, or of a function that somebody else made
 * its parts; and the role that was made for it, when nothing else hangs on that. Doing it again, or after a failure half-way, goes
 * on where it stopped.
 * @param target the account
 * @param options the function's name; `onStep` hears of each thing when it is gone
 * @returns what is gone, and what stays and why
 * @throws {AwsError} `FunctionNotFound` when there is nothing to take away
 */
export async function destroy(
  target: Target,
  options: { readonly functionName: string; onStep?(step: DestroyStep): void },
): Promise<readonly DestroyStep[]> {
  const steps = await planDestroy(target, options)
  return withAwsErrors(async () => {
    const clients = createClients(target)
    const functionName = readName(options.functionName)
    for (const step of steps) {
      if (step.kept === undefined && step.what !== 'version') {
        await takers[step.what](clients, functionName, step)
      }
      options.onStep?.(step)
    }
    await forgetParts(await clients.lambda(), functionName)
    return steps
  })
}

/** How each kind of thing is taken away. */
const takers: Readonly<
  Record<
    Exclude<DestroyStep['what'], 'version'>,
    (clients: Clients, functionName: string, step: DestroyStep) => Promise<unknown>
  >
> = {
  permission: async (clients, functionName, { name, functionArn = functionName }) =>
    removeStatement(await clients.lambda(), toRef(functionArn), name),
  url: async (clients, functionName, { functionArn = functionName }) => {
    const lambda = await clients.lambda()
    await orGone(() => lambda.deleteFunctionUrlConfig(createRefInput(toRef(functionArn))))
  },
  alias: async (clients, FunctionName, { name }) => {
    const lambda = await clients.lambda()
    await orGone(() => lambda.deleteAlias({ FunctionName, Name: name }))
  },
  function: async (clients, FunctionName) => {
    const lambda = await clients.lambda()
    await orGone(() => lambda.deleteFunction({ FunctionName }))
  },
  role: (clients, functionName) => removeOwnRole(clients, functionName),
}

/** The last thing that is done: as long as it is written down, another run finds what is left. */
async function forgetParts(lambda: Lambda, functionName: string): Promise<void> {
  const patient = await findPatient(lambda, functionName)
  if (patient === undefined || patient.made.size === 0) return
  await lambda.untagResource({ Resource: patient.functionArn, TagKeys: [madeTag] })
}

function readName(text: string): string {
  const { name, qualifier } = parseFunctionName(text)
  if (qualifier === undefined) return name
  throw new AwsError(
    'InvalidFunctionName',
    `'${text}' names a version or an alias, and only a whole function is taken away.`,
  )
}

function toRef(functionArn: string): FunctionRef {
  const { name, qualifier } = parseFunctionName(functionArn)
  return { functionName: name, ...(qualifier === undefined ? {} : { qualifier }) }
}

async function findPatient(lambda: Lambda, functionName: string): Promise<Patient | undefined> {
  const { Configuration, Tags = {} } =
    (await orGone(() => lambda.getFunction({ FunctionName: functionName }))) ?? {}
  if (Configuration?.FunctionArn === undefined) return undefined
  return { functionName, functionArn: Configuration.FunctionArn, made: readMade(Tags) }
}

async function orGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}
