import { randomUUID } from 'node:crypto'

import { findPolicyExcess } from '@furlong/iam'

import type { FunctionUrlAuthType } from '../../store/function-urls.ts'
import type { PolicyStatement } from '../../store/function-policies.ts'
import { createFunctionPolicyDocument } from '../../store/function-policies.ts'
import type { Store } from '../../store/store.ts'
import { ControlError } from '../control-error.ts'
import { conflictError, invalidParameterError, notFoundError } from './errors.ts'
import { type FunctionTarget, refuseCreating } from './function-target.ts'
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

const aliasName = /^(?!\d+$)[\w-]+$/

/** @returns the revision of the function, version or alias that a policy belongs to; undefined when there is none */
function findOwnerRevision(store: Store, { arn, qualifier }: FunctionTarget): string | undefined {
  if (qualifier === undefined) return store.functionByArn(arn)?.revisionId
  return (store.alias(arn, qualifier) ?? store.versions.get(arn, qualifier))?.revisionId
}

function noOwnerError({ qualifier, qualifiedArn }: FunctionTarget): ControlError {
  return notFoundError(
    qualifier !== undefined && aliasName.test(qualifier)
      ? `Cannot find alias arn: ${qualifiedArn}`
      : `Function not found: ${qualifiedArn}`,
  )
}

/**
 * guess: a policy has a revision of its own, and before its first statement that of its function, version or alias
 * counts. Seen is that publishing a version leaves it, and that the text of 2025 names GetPolicy and no other API.
 */
function checkRevision(current: string, given: string | undefined): void {
  if (given === undefined || given === current) return
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
  ['StringEquals', 'lambda:FunctionUrlAuthType', (input) => input.FunctionUrlAuthType],
  ['StringEquals', 'aws:PrincipalOrgID', (input) => input.PrincipalOrgID],
  ['StringEquals', 'lambda:EventSourceToken', (input) => input.EventSourceToken],
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
    const record = store.functionByArn(target.arn)
    const ownerRevision = findOwnerRevision(store, target)
    if (record === undefined || ownerRevision === undefined) throw noOwnerError(target)
    refuseCreating(record)
    const policy = store.policies.get(target.arn, target.qualifier)
    checkRevision(policy?.revisionId ?? ownerRevision, input.RevisionId)
    checkConditionsOfAction(input)
    const statements = policy?.statements ?? []
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
    store.policies.put(target.arn, target.qualifier, { statements: all, revisionId: randomUUID() })
    return { json: { Statement: JSON.stringify(showStatement(statement, store)) } }
  })
}

function getPolicy({ target, services }: LambdaCall<unknown>): LambdaResult {
  const { store } = services
  const policy = store.policies.get(target.arn, target.qualifier)
  if (policy === undefined) throw notFoundError('The resource you requested does not exist.')
  const shown = policy.statements.map((statement) => showStatement(statement, store))
  return { json: { Policy: createFunctionPolicyDocument(shown), RevisionId: policy.revisionId } }
}

function removePermission({ input, target, services }: LambdaCall<RemovePermissionInput>): LambdaResult {
  const { store } = services
  return store.transaction(() => {
    if (store.functionByArn(target.arn) === undefined) {
      throw notFoundError(`No policy found for: ${target.qualifiedArn}`)
    }
    if (findOwnerRevision(store, target) === undefined) throw noOwnerError(target)
    const policy = store.policies.get(target.arn, target.qualifier)
    if (policy === undefined) throw notFoundError('No policy is associated with the given resource.')
    const kept = policy.statements.filter(({ Sid }) => Sid !== input.StatementId)
    if (kept.length === policy.statements.length) {
      throw notFoundError(`Statement ${input.StatementId} is not found in resource policy.`)
    }
    checkRevision(policy.revisionId, input.RevisionId)
    store.policies.put(target.arn, target.qualifier, { statements: kept, revisionId: randomUUID() })
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
      // Wider than what AddPermission takes: other services write statements, too.
      StatementId: { ...statementId, from: 'uri', pattern: '([a-zA-Z0-9-_.]+)' },
      Qualifier: qualifier,
      RevisionId: { ...revisionId, from: 'query' },
    },
    handle: removePermission,
  }),
]
