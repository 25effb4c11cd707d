import { createAccessDeniedMessage, createAssumeRoleRequest, decide } from '@furlong/iam'

import { findCaller } from '../../auth/caller.ts'
import { CompiledPolicies } from '../../auth/compiled-policies.ts'
import { explainRefusal } from '../../auth/explain-refusal.ts'
import { collectPolicies } from '../../auth/policy-sets.ts'
import { compileTrustPolicy } from '../../auth/trust-policy.ts'
import { createSessionArn } from '../../store/arns.ts'
import type { PrincipalRecord } from '../../store/principals.ts'
import { ControlError } from '../control-error.ts'
import { tagKeys, tags } from '../iam/members.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import type { MarkInput, SessionMarks } from './chain.ts'
import { actionsOfMarks, contextOfMarks, readMarks } from './chain.ts'
import { issueCredentials } from './credentials.ts'
import type { SessionPolicyInput } from './session-policies.ts'
import { readSessionPolicies, sessionPolicyMembers } from './session-policies.ts'

interface AssumeRoleInput extends SessionPolicyInput, MarkInput {
  readonly RoleArn: string
  readonly RoleSessionName: string
  readonly DurationSeconds?: number
  readonly ExternalId?: string
}

const roleArnPattern = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/
const defaultSeconds = 3600
/** A session made from another session lives no longer, whatever the role allows. */
const chainedSeconds = 3600

function refuse({ input, request }: QueryCall<AssumeRoleInput>): ControlError {
  const who = 'arn' in request.caller ? request.caller.arn : request.caller.type
  return new ControlError(
    'AccessDenied',
    `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
  )
}

/** The caller's policies and the role's trust policy decide together; a role that does not exist is a denial, too. */
function findAssumable(call: QueryCall<AssumeRoleInput>, marks: SessionMarks): PrincipalRecord {
  const { input, request, services } = call
  const { store } = services
  const role = store.principals.byArn(input.RoleArn)
  if (role?.trustPolicy === undefined) throw refuse(call)
  const assumption = createAssumeRoleRequest({
    principal: request.caller,
    roleArn: role.arn,
    http: request.http,
    now: request.now,
    roleSessionName: input.RoleSessionName,
    ...(input.ExternalId === undefined ? {} : { externalId: input.ExternalId }),
    context: contextOfMarks(marks),
  })
  const further = assumption.actions.flatMap(({ context }) =>
    actionsOfMarks(marks).map((action) => ({ action, context })),
  )
  const access = { ...assumption, actions: [...assumption.actions, ...further] }
  const policies = {
    ...collectPolicies(store, new CompiledPolicies(), findCaller(store, request.accessKeyId)),
    resource: compileTrustPolicy(role.name, role.trustPolicy),
  }
  const decision = decide(access, policies)
  if (decision.allowed) return role
  throw new ControlError('AccessDenied', createAccessDeniedMessage(access, decision), {
    explanation: explainRefusal(store, access, policies),
  })
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

function assumeRole(call: QueryCall<AssumeRoleInput>): XmlStructure {
  const { input } = call
  if (!roleArnPattern.test(input.RoleArn)) {
    throw new ControlError('ValidationError', `${input.RoleArn} is invalid`)
  }
  const marks = readMarks(call)
  const role = findAssumable(call, marks)
  const credentials = issueCredentials(call, readDuration(call, role), {
    kind: 'role',
    principalId: role.id,
    sessionName: input.RoleSessionName,
    policies: readSessionPolicies(call, role.accountId),
    ...marks,
  })
  return {
    Credentials: credentials,
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
      Arn: createSessionArn(role.accountId, role.name, input.RoleSessionName),
    },
    SourceIdentity: marks.sourceIdentity,
  }
}

/** AssumeRole, for roles of every account on this side. */
export const assumeRoleOperation: QueryOperation = defineQueryOperation<AssumeRoleInput>({
  name: 'AssumeRole',
  members: {
    RoleArn: { type: 'string', required: true, min: 20, max: 2048 },
    RoleSessionName: { type: 'string', required: true, min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
    DurationSeconds: { type: 'integer', min: 900, max: 43_200 },
    ...sessionPolicyMembers,
    Tags: tags,
    TransitiveTagKeys: tagKeys,
    SourceIdentity: { type: 'string', min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
    ExternalId: { type: 'string', min: 2, max: 1224, pattern: '[\\w+=,.@:/-]*' },
  },
  handle: assumeRole,
})
