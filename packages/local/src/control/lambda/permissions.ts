import { randomUUID } from 'node:crypto'

import { findPolicyExcess } from '@furlong/iam'

import type { FunctionUrlAuthType } from '../../store/function-urls.ts'
import type { PolicyStatement } from '../../store/function-policies.ts'
import { createFunctionPolicyDocument } from '../../store/function-policies.ts'
import type { FunctionRecord } from '../../store/functions.ts'
import type { Store } from '../../store/store.ts'
import { ControlError } from '../control-error.ts'
import { conflictError, invalidParameterError, notFoundError } from './errors.ts'
import type { FunctionTarget } from './function-target.ts'
import { namespacedFunctionName, qualifier, revisionId } from './members.ts'
import type { LambdaCall, LambdaOperation, LambdaResult, Member } from './operation.ts'
import { defineOperation } from './operation.ts'
import { readStatementPrincipal, refuseOrphans, showStatement } from './statement-principal.ts'

interface AddPermissionInput {
  readonly StatementId: string
  readonly Action: string
  readonly Principal: string
  readonly SourceArn?: string
  readonly SourceAccount?: string
  readonly EventSourceToken?: string
  readonly PrincipalOrgID?: string
  readonly FunctionUrlAuthType?: FunctionUrlAuthType
  readonly InvokedViaFunctionUrl?: boolean
  readonly RevisionId?: string
}

interface RemovePermissionInput {
  readonly StatementId: string
  readonly RevisionId?: string
}

/** guess: the text; that Lambda refuses it is known. */
const viaUrlOnlyForInvoke = 'InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action'

const statementId: Member = {
  type: 'string',
  required: true,
  min: 1,
  max: 100,
  pattern: '([a-zA-Z0-9-_]+)',
}
const policyPath = '/2015-03-31/functions/{FunctionName}/policy'

function refuseLatest({ qualifier }: FunctionTarget): void {
  if (qualifier === '$LATEST') {
    throw invalidParameterError('We currently do not support adding policies for $LATEST.')
  }
}

/** Versions and aliases are not served, so that a qualifier names nothing that exists. */
function findOwner(store: Store, target: FunctionTarget): FunctionRecord {
  const record = store.functionByArn(target.arn)
  if (record === undefined) throw notFoundError(`Function not found: ${target.qualifiedArn}`)
  if (target.qualifier === undefined) return record
  throw notFoundError(
    /^\d+$/.test(target.qualifier)
      ? `Function not found: ${target.qualifiedArn}`
      : `Cannot find alias arn: ${target.qualifiedArn}`,
  )
}

function checkRevision(record: FunctionRecord, given: string | undefined): void {
  if (given === undefined || given === record.revisionId) return
  throw new ControlError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
  )
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string>>>>

/** One row for each member that becomes a condition, in the order Lambda writes them. */
const conditionRows: readonly (readonly [
  operator: string,
  key: string,
  valueOf: (input: AddPermissionInput) => string | undefined,
])[] = [
  ['StringEquals', 'AWS:SourceAccount', (input) => input.SourceAccount],
  ['StringEquals', 'aws:PrincipalOrgID', (input) => input.PrincipalOrgID],
  ['StringEquals', 'lambda:EventSourceToken', (input) => input.EventSourceToken],
  ['StringEquals', 'lambda:FunctionUrlAuthType', (input) => input.FunctionUrlAuthType],
  [
    'Bool',
    'lambda:InvokedViaFunctionUrl',
    (input) => (input.InvokedViaFunctionUrl === true ? 'true' : undefined),
  ],
  ['ArnLike', 'AWS:SourceArn', (input) => input.SourceArn],
]

function createConditions(input: AddPermissionInput): Conditions {
  const conditions: Record<string, Record<string, string>> = {}
  for (const [operator, key, valueOf] of conditionRows) {
    const value = valueOf(input)
    if (value !== undefined) (conditions[operator] ??= {})[key] = value
  }
  return conditions
}

function createStatement(input: AddPermissionInput, target: FunctionTarget, store: Store): PolicyStatement {
  const conditions = createConditions(input)
  return {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: readStatementPrincipal(input.Principal, store),
    Action: input.Action,
    Resource: target.qualifiedArn,
    ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
  }
}

function checkConditionsOfAction(input: AddPermissionInput): void {
  if (input.FunctionUrlAuthType !== undefined && input.Action !== 'lambda:InvokeFunctionUrl') {
    throw invalidParameterError('FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action')
  }
  if (input.InvokedViaFunctionUrl === true && input.Action !== 'lambda:InvokeFunction') {
    throw invalidParameterError(viaUrlOnlyForInvoke)
  }
}

/** Synchronous from the first read to the commit: two calls for one function never interleave. */
function addPermission({ input, target, services }: LambdaCall<AddPermissionInput>): LambdaResult {
  const { store } = services
  refuseLatest(target)
  return store.transaction(() => {
    const record = findOwner(store, target)
    checkRevision(record, input.RevisionId)
    checkConditionsOfAction(input)
    const statements = store.policies.statements(target.arn, target.qualifier)
    if (statements.some(({ Sid }) => Sid === input.StatementId)) {
      throw conflictError(
        `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      )
    }
    const statement = createStatement(input, target, store)
    refuseOrphans(statements, store)
    const all = [...statements, statement]
    const shown = createFunctionPolicyDocument(all.map((one) => showStatement(one, store)))
    const excess = findPolicyExcess('function', [shown])
    if (excess !== undefined) throw new ControlError(excess.code, excess.message)
    store.policies.put(target.arn, target.qualifier, all)
    store.functions.replace({ ...record, revisionId: randomUUID() })
    return { json: { Statement: JSON.stringify(showStatement(statement, store)) } }
  })
}

function getPolicy({ target, services }: LambdaCall<unknown>): LambdaResult {
  const { store } = services
  const statements = store.policies.statements(target.arn, target.qualifier)
  const record = store.functionByArn(target.arn)
  if (record === undefined || statements.length === 0) {
    throw notFoundError('The resource you requested does not exist.')
  }
  const shown = statements.map((statement) => showStatement(statement, store))
  return { json: { Policy: createFunctionPolicyDocument(shown), RevisionId: record.revisionId } }
}

function removePermission({ input, target, services }: LambdaCall<RemovePermissionInput>): LambdaResult {
  const { store } = services
  return store.transaction(() => {
    const record = store.functionByArn(target.arn)
    if (record === undefined) throw notFoundError(`No policy found for: ${target.qualifiedArn}`)
    const statements = store.policies.statements(target.arn, target.qualifier)
    if (statements.length === 0) throw notFoundError('No policy is associated with the given resource.')
    const kept = statements.filter(({ Sid }) => Sid !== input.StatementId)
    if (kept.length === statements.length) {
      throw notFoundError(`Statement ${input.StatementId} is not found in resource policy.`)
    }
    checkRevision(record, input.RevisionId)
    store.policies.put(target.arn, target.qualifier, kept)
    store.functions.replace({ ...record, revisionId: randomUUID() })
    return {}
  })
}

/** AddPermission, GetPolicy, RemovePermission. */
export const permissionOperations: readonly LambdaOperation[] = [
  defineOperation<AddPermissionInput>({
    name: 'AddPermission',
    method: 'POST',
    path: policyPath,
    status: 201,
    action: 'lambda:AddPermission',
    members: {
      FunctionName: namespacedFunctionName,
      Qualifier: qualifier,
      StatementId: statementId,
      Action: { type: 'string', required: true, pattern: '(lambda:[*]|lambda:[a-zA-Z]+|[*])' },
      Principal: { type: 'string', required: true, pattern: '[^\\s]+' },
      SourceArn: {
        type: 'string',
        pattern: 'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)',
      },
      SourceAccount: { type: 'string', max: 12, pattern: '\\d{12}' },
      EventSourceToken: { type: 'string', max: 256, pattern: '[a-zA-Z0-9._\\-]+' },
      PrincipalOrgID: { type: 'string', min: 12, max: 34, pattern: 'o-[a-z0-9]{10,32}' },
      FunctionUrlAuthType: { type: 'string', values: ['NONE', 'AWS_IAM'] },
      InvokedViaFunctionUrl: { type: 'boolean' },
      RevisionId: revisionId,
    },
    context: ({ input }) => ({
      'lambda:Principal': input.Principal,
      ...(input.FunctionUrlAuthType === undefined
        ? {}
        : { 'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType }),
    }),
    handle: addPermission,
  }),
  defineOperation({
    name: 'GetPolicy',
    method: 'GET',
    path: policyPath,
    status: 200,
    action: 'lambda:GetPolicy',
    members: {
      FunctionName: namespacedFunctionName,
      Qualifier: qualifier,
    },
    handle: getPolicy,
  }),
  defineOperation<RemovePermissionInput>({
    name: 'RemovePermission',
    method: 'DELETE',
    path: `${policyPath}/{StatementId}`,
    status: 204,
    action: 'lambda:RemovePermission',
    members: {
      FunctionName: namespacedFunctionName,
      StatementId: { ...statementId, from: 'uri' },
      Qualifier: qualifier,
      RevisionId: { ...revisionId, from: 'query' },
    },
    handle: removePermission,
  }),
]
