import { createAccessDeniedMessage, createAssumeRoleRequest, decide } from '@furlong/iam'

import { findCaller } from '../../auth/caller.ts'
import { CompiledPolicies } from '../../auth/compiled-policies.ts'
import { explainRefusal } from '../../auth/explain-refusal.ts'
import { collectPolicies } from '../../auth/policy-sets.ts'
import { compileTrustPolicy } from '../../auth/trust-policy.ts'
import { createSessionArn } from '../../store/arns.ts'
import { createAccessKeyId, createSecretAccessKey, createSessionToken } from '../../store/ids.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import { checkDocument, countCharacters } from '../iam/documents.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'

interface AssumeRoleInput {
  readonly RoleArn: string
  readonly RoleSessionName: string
  readonly DurationSeconds?: number
  readonly Policy?: string
  readonly PolicyArns?: readonly { readonly arn?: string }[]
  readonly ExternalId?: string
}

const roleArnPattern = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/
const defaultSeconds = 3600
/** A session made from another session lives no longer, whatever the role allows. */
const chainedSeconds = 3600
const maxSessionPolicyCharacters = 2048

function refuse({ input, request }: QueryCall<AssumeRoleInput>): ControlError {
  const who = 'arn' in request.caller ? request.caller.arn : request.caller.type
  return new ControlError(
    'AccessDenied',
    `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
  )
}

/** The caller's policies and the role's trust policy decide together; a role that does not exist is a denial, too. */
function findAssumable(call: QueryCall<AssumeRoleInput>): PrincipalRecord {
  const { input, request, services } = call
  const { store } = services
  const role = store.principals.byArn(input.RoleArn)
  if (role?.trustPolicy === undefined) throw refuse(call)
  const access = createAssumeRoleRequest({
    principal: request.caller,
    roleArn: role.arn,
    http: request.http,
    now: request.now,
    roleSessionName: input.RoleSessionName,
    ...(input.ExternalId === undefined ? {} : { externalId: input.ExternalId }),
  })
  const policies = {
    ...collectPolicies(store, new CompiledPolicies(), findCaller(store, request.accessKeyId)),
    resource: compileTrustPolicy(role.name, role.trustPolicy),
  }
  const decision = decide(access, policies)
  if (decision.allowed) return role
  throw new ControlError(
    'AccessDenied',
    createAccessDeniedMessage(access, decision),
    explainRefusal(store, access, policies),
  )
}

function readDuration({ input, request }: QueryCall<AssumeRoleInput>, role: PrincipalRecord): number {
  const seconds = input.DurationSeconds ?? defaultSeconds
  if (request.caller.type === 'role-session' && seconds > chainedSeconds) {
    throw new ControlError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  }
  if (seconds > (role.maxSessionSeconds ?? defaultSeconds)) {
    throw new ControlError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  }
  return seconds
}

function readSessionPolicies(
  { input, services }: QueryCall<AssumeRoleInput>,
  role: PrincipalRecord,
): string[] {
  const policies: string[] = []
  if (input.Policy !== undefined) {
    checkDocument(input.Policy, 'session')
    if (countCharacters(input.Policy) > maxSessionPolicyCharacters) {
      throw new ControlError(
        'PackedPolicyTooLarge',
        `The session policy has more than ${maxSessionPolicyCharacters} characters.`,
      )
    }
    policies.push(input.Policy)
  }
  for (const { arn = '' } of input.PolicyArns ?? []) {
    const policy = services.store.managedPolicy(arn)
    // Only policies of AWS's own and of the role's account may limit its session.
    if (policy === undefined || (policy.accountId ?? role.accountId) !== role.accountId) {
      throw new ControlError('MalformedPolicyDocument', `Policy ${arn} does not exist or is not attachable.`)
    }
    policies.push(policy.document)
  }
  return policies
}

function assumeRole(call: QueryCall<AssumeRoleInput>): XmlStructure {
  const { input, request, services } = call
  if (!roleArnPattern.test(input.RoleArn)) {
    throw new ControlError('ValidationError', `${input.RoleArn} is invalid`)
  }
  const role = findAssumable(call)
  const expiresAt = new Date(request.now.getTime() + readDuration(call, role) * 1000)
  const session = {
    accessKeyId: createAccessKeyId('ASIA'),
    secretAccessKey: createSecretAccessKey(),
    sessionToken: createSessionToken(),
    roleId: role.id,
    sessionName: input.RoleSessionName,
    issuedAt: request.now,
    expiresAt,
    policies: readSessionPolicies(call, role),
    tags: {},
  }
  services.store.putSession(session)
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: expiresAt,
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
      Arn: createSessionArn(role.accountId, role.name, input.RoleSessionName),
    },
  }
}

/** AssumeRole, for roles of every account on this side. */
export const assumeRoleOperation: QueryOperation = defineQueryOperation<AssumeRoleInput>({
  name: 'AssumeRole',
  members: {
    RoleArn: { type: 'string', required: true, min: 20, max: 2048 },
    RoleSessionName: { type: 'string', required: true, min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
    DurationSeconds: { type: 'integer', min: 900, max: 43_200 },
    Policy: { type: 'string', min: 1 },
    PolicyArns: { type: 'list', max: 10, fields: ['arn'] },
    ExternalId: { type: 'string', min: 2, max: 1224, pattern: '[\\w+=,.@:/-]*' },
  },
  handle: assumeRole,
})
