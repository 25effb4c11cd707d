import type { QueryMember } from '../query/operation.ts'

const namePattern = '[\\w+=,.@-]+'

/** RoleName; also UserName where a new one is given. */
export const shortName: QueryMember = {
  type: 'string',
  required: true,
  min: 1,
  max: 64,
  pattern: namePattern,
}

/** UserName of an existing user, PolicyName. */
export const longName: QueryMember = { ...shortName, max: 128 }

/** UserName where it may be left out for the caller itself. */
export const optionalUserName: QueryMember = { type: 'string', min: 1, max: 128, pattern: namePattern }

/** Path of a user or role. */
export const path: QueryMember = { type: 'string', min: 1, max: 512, pattern: '(/)|(/[!-~]+/)' }

/** Path of a managed policy. */
export const policyPath: QueryMember = {
  type: 'string',
  min: 1,
  max: 512,
  pattern: '((/[A-Za-z0-9\\.,\\+@=_-]+)*)/',
}

/** A policy document. */
export const document: QueryMember = { type: 'string', required: true, min: 1, max: 131_072 }

/** An ARN of a policy. */
export const policyArn: QueryMember = { type: 'string', required: true, min: 20, max: 2048 }

/** PermissionsBoundary of Create operations. */
export const optionalBoundary: QueryMember = { type: 'string', min: 20, max: 2048 }

/** Tags. */
export const tags: QueryMember = { type: 'list', max: 50, fields: ['Key', 'Value'] }

/** Marker and MaxItems of a list operation. */
export const paging: Readonly<Record<string, QueryMember>> = {
  Marker: { type: 'string', min: 1, max: 320 },
  MaxItems: { type: 'integer', min: 1, max: 1000 },
}

/** PathPrefix of a list operation. */
export const pathPrefix: QueryMember = { type: 'string', min: 1, max: 512, pattern: '/[!-\\x7F]*' }
