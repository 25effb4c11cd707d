import { createFederatedUserArn } from '../../store/arns.ts'
import { ControlError } from '../control-error.ts'
import { demand } from '../demand.ts'
import { tags } from '../iam/members.ts'
import type { TagInput } from '../iam/tags.ts'
import { createTagContext, readTags } from '../iam/tags.ts'
import type { QueryCall, QueryOperation } from '../query/operation.ts'
import { defineQueryOperation } from '../query/operation.ts'
import type { XmlStructure } from '../query/xml.ts'
import { issueCredentials } from './credentials.ts'
import type { SessionPolicyInput } from './session-policies.ts'
import { readSessionPolicies, sessionPolicyMembers } from './session-policies.ts'

interface FederationInput extends SessionPolicyInput {
  readonly Name: string
  readonly DurationSeconds?: number
  readonly Tags?: readonly TagInput[]
}

const defaultSeconds = 43_200

function arnOf({ input, request }: QueryCall<FederationInput>): string {
  return createFederatedUserArn(request.accountId, input.Name)
}

function getFederationToken(call: QueryCall<FederationInput>): XmlStructure {
  const { input, request, services } = call
  const { caller } = request
  if (caller.type !== 'user') {
    throw new ControlError('AccessDenied', 'Cannot call GetFederationToken with session credentials')
  }
  if (input.Tags !== undefined && input.Tags.length > 0) {
    demand(request, services, 'sts:TagSession', arnOf(call), createTagContext(input.Tags))
  }
  const credentials = issueCredentials(call, input.DurationSeconds ?? defaultSeconds, {
    kind: 'federated-user',
    principalId: caller.id,
    sessionName: input.Name,
    policies: readSessionPolicies(call, request.accountId),
    tags: readTags(input.Tags),
  })
  return {
    Credentials: credentials,
    FederatedUser: { FederatedUserId: `${request.accountId}:${input.Name}`, Arn: arnOf(call) },
  }
}

/** GetFederationToken; a session without session policies may do only what policies of resources grant it by name. */
export const federationTokenOperation: QueryOperation = defineQueryOperation<FederationInput>({
  name: 'GetFederationToken',
  members: {
    Name: { type: 'string', required: true, min: 2, max: 32, pattern: '[\\w+=,.@-]*' },
    DurationSeconds: { type: 'integer', min: 900, max: 129_600 },
    ...sessionPolicyMembers,
    Tags: tags,
  },
  resource: arnOf,
  context: ({ input }) => createTagContext(input.Tags),
  handle: getFederationToken,
})
