import { parseArn, readAccountId } from '@furlong/iam'

import type { PrincipalRecord } from '../../../store/principals.ts'
import { ControlError } from '../../control-error.ts'
import type { QueryCall, QueryMember, QueryOperation } from '../../query/operation.ts'
import { defineQueryOperation } from '../../query/operation.ts'
import type { XmlStructure } from '../../query/xml.ts'
import { optionalDocument, paging, policyArn } from '../members.ts'
import type { PagingInput } from '../pages.ts'
import { createPage } from '../pages.ts'
import type { ContextEntry } from './context-entries.ts'
import { contextEntries, readContextEntries } from './context-entries.ts'
import { distinctKeys } from './context-keys.ts'
import type { Simulation } from './evaluate.ts'
import { evaluate } from './evaluate.ts'
import { createEntityError, findSimulatedCaller } from './simulated-caller.ts'
import type { RenderedCase } from './render-results.ts'
import { renderResults } from './render-results.ts'
import type { SimulatedPolicy } from './sources.ts'
import { collectIdentityPolicies, findBoundary, readPolicy } from './sources.ts'

interface SimulateInput extends PagingInput {
  readonly PolicyInputList?: readonly string[]
  readonly PermissionsBoundaryPolicyInputList?: readonly string[]
  readonly ActionNames: readonly string[]
  readonly ResourceArns?: readonly string[]
  readonly ResourcePolicy?: string
  readonly ResourceOwner?: string
  readonly CallerArn?: string
  readonly ContextEntries?: readonly ContextEntry[]
}

interface PrincipalInput {
  readonly PolicySourceArn: string
}

interface KeysInput {
  readonly PolicyInputList?: readonly string[]
}

const sourceArn = /^arn:aws:iam::\d{12}:(user|group|role)\/(?:[!-~]*\/)?([\w+=,.@-]+)$/
const actionName = /^[\w-]+:[\w-]+$/
const resourceArn = /^arn:(?:[^:]*:){4}.+$/s

/** guess: the words for input that AWS documents as refused, but for those about resources and their owner. */
const refusals = {
  action: (name: string) => `ActionNames are not in a valid format: ${name}.`,
  boundaries: 'Only one permissions boundary policy can be included in a simulation.',
  caller:
    'CallerArn is required if a ResourcePolicy is included and PolicySourceArn is not the ARN of an IAM user.',
  resource: (arn: string) => `ResourceNames are not in a valid ARN format: ${arn}.`,
  owner: (owner: string) => `'${owner}' is not a valid as a Resource Owner.`,
} as const

function refuse(message: string): ControlError {
  return new ControlError('InvalidInput', message)
}

/** The user, group or role whose policies a call asks for. */
function findSource({ input, services }: QueryCall<PrincipalInput>): PrincipalRecord {
  const [, type, name] = sourceArn.exec(input.PolicySourceArn) ?? []
  if (type === undefined) throw createEntityError(input.PolicySourceArn)
  const source = services.store.principals.byArn(input.PolicySourceArn)
  if (source !== undefined) return source
  throw new ControlError('NoSuchEntity', `The ${type} with name ${name} cannot be found.`)
}

const readInputPolicies = ({ PolicyInputList = [] }: KeysInput): SimulatedPolicy[] =>
  PolicyInputList.map((document, index) => readPolicy(document, `PolicyInputList.${index + 1}`, 'identity'))

function readBoundaryInput(
  { input, services }: QueryCall<SimulateInput>,
  source: PrincipalRecord | undefined,
): SimulatedPolicy | undefined {
  const { PermissionsBoundaryPolicyInputList: [document, ...more] = [] } = input
  if (more.length > 0) throw refuse(refusals.boundaries)
  if (document !== undefined) return readPolicy(document, 'PermissionsBoundaryPolicyInputList.1', 'boundary')
  return source && findBoundary(source, services.store)
}

function readSimulation(call: QueryCall<SimulateInput>, source: PrincipalRecord | undefined): Simulation {
  const { input, request, services } = call
  const { store } = services
  const caller = findSimulatedCaller(input.CallerArn, source, request.accountId, store)
  if (input.ResourcePolicy !== undefined && !caller.isNamed) throw refuse(refusals.caller)
  const boundary = readBoundaryInput(call, source)
  return {
    caller,
    identity: [...(source ? collectIdentityPolicies(source, store) : []), ...readInputPolicies(input)],
    ...(boundary && { boundary }),
    ...(input.ResourcePolicy === undefined
      ? {}
      : // A trust policy is read as well, although the simulator makes nothing of it.
        { resource: readPolicy(input.ResourcePolicy, 'ResourcePolicy', 'resource', 'trust') }),
    context: { ...caller.context, ...readContextEntries(input.ContextEntries) },
  }
}

/** A bare account id is refused, whatever the API's reference says: that was seen on AWS. */
function readOwner({ ResourceOwner: owner }: SimulateInput): string | undefined {
  if (owner === undefined) return undefined
  const accountId = owner.startsWith('arn:') ? readAccountId(owner) : undefined
  if (accountId === undefined) throw refuse(refusals.owner(owner))
  return accountId
}

function simulate(call: QueryCall<SimulateInput>, source: PrincipalRecord | undefined): XmlStructure {
  const { input } = call
  const resources = input.ResourceArns ?? ['*']
  for (const name of input.ActionNames) if (!actionName.test(name)) throw refuse(refusals.action(name))
  for (const arn of resources) {
    if (arn !== '*' && !resourceArn.test(arn)) throw refuse(refusals.resource(arn))
  }
  const owner = readOwner(input)
  const simulation = readSimulation(call, source)
  const { account } = simulation.caller.principal
  const cases = input.ActionNames.map((action, index): RenderedCase => ({
    key: String(index).padStart(keyDigits, '0'),
    action,
    results: resources.map((arn) => ({
      arn,
      result: evaluate(simulation, action, arn, (parseArn(arn)?.accountId || owner) ?? account),
    })),
  }))
  return createPage('EvaluationResults', cases, ({ key }) => key, renderResults, input)
}

/** Enough for as many actions as a request can name; keys of pages must rise. */
const keyDigits = 7

const documents: QueryMember = { type: 'list', item: { min: 1, max: 131_072 } }

/** ResourceHandlingOption is left out: it checks which resources an EC2 call has. */
const members: Readonly<Record<string, QueryMember>> = {
  PolicyInputList: documents,
  PermissionsBoundaryPolicyInputList: documents,
  ActionNames: { type: 'list', required: true, item: { min: 3, max: 128 } },
  ResourceArns: { type: 'list', item: { min: 1, max: 2048 } },
  ResourcePolicy: optionalDocument,
  ResourceOwner: { type: 'string', min: 1, max: 2048 },
  CallerArn: { type: 'string', min: 1, max: 2048 },
  ContextEntries: contextEntries,
  ...paging,
}

function renderKeys(policies: readonly SimulatedPolicy[]): XmlStructure {
  const keys = policies.flatMap(({ statements }) => statements.flatMap((statement) => statement.keys))
  return { ContextKeyNames: distinctKeys(keys) }
}

/**
 * The policy simulator, with what AWS's own cannot do left out: policies of resources are asked for named users only, for
 * `sts:Assume…` never, and there are no sessions and no services.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export const simulationOperations: readonly QueryOperation[] = [
  defineQueryOperation<SimulateInput & PrincipalInput>({
    name: 'SimulatePrincipalPolicy',
    members: { PolicySourceArn: policyArn, ...members },
    resource: ({ input }) => input.PolicySourceArn,
    handle: (call) => simulate(call, findSource(call)),
  }),
  defineQueryOperation<SimulateInput>({
    name: 'SimulateCustomPolicy',
    members: { ...members, PolicyInputList: { ...documents, required: true } },
    resource: () => '*',
    handle: (call) => simulate(call, undefined),
  }),
  defineQueryOperation<KeysInput & PrincipalInput>({
    name: 'GetContextKeysForPrincipalPolicy',
    members: { PolicySourceArn: policyArn, PolicyInputList: documents },
    resource: ({ input }) => input.PolicySourceArn,
    handle: (call) =>
      renderKeys([
        ...collectIdentityPolicies(findSource(call), call.services.store),
        ...readInputPolicies(call.input),
      ]),
  }),
  defineQueryOperation<KeysInput>({
    name: 'GetContextKeysForCustomPolicy',
    members: { PolicyInputList: { ...documents, required: true } },
    resource: () => '*',
    handle: ({ input }) => renderKeys(readInputPolicies(input)),
  }),
]
