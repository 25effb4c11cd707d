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

/** A policy document where none need be. */
export const optionalDocument: QueryMember = {
  type: 'string',
  min: 1,
  max: 131_072,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
}

/** A policy document. */
export const document: QueryMember = { ...optionalDocument, required: true }

/** Description of a role. */
export const roleDescription: QueryMember = {
  type: 'string',
  max: 1000,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
}

/** MaxSessionDuration of a role, in seconds. */
export const maxSessionDuration: QueryMember = { type: 'integer', min: 3600, max: 43_200 }

/** VersionId of a managed policy. */
export const versionId: QueryMember = {
  type: 'string',
  required: true,
  pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?',
}

/** PolicyUsageFilter of a list operation. */
export const policyUsageFilter: QueryMember = {
  type: 'string',
  values: ['PermissionsPolicy', 'PermissionsBoundary'],
}

/** An ARN of a policy. */
export const policyArn: QueryMember = { type: 'string', required: true, min: 20, max: 2048 }

/** PermissionsBoundary of Create operations. */
export const optionalBoundary: QueryMember = { type: 'string', min: 20, max: 2048 }

/** Tags. */
export const tags: QueryMember = {
  type: 'list',
  max: 50,
  fields: {
    Key: { type: 'string', required: true, min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' },
    Value: { type: 'string', required: true, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' },
  },
}

/** TagKeys. */
export const tagKeys: QueryMember = {
  type: 'list',
  max: 50,
  item: { min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' },
}

/** Marker and MaxItems of a list operation. */
export const paging: Readonly<Record<string, QueryMember>> = {
  Marker: { type: 'string', min: 1, max: 320, pattern: '[\\u0020-\\u00FF]+' },
  MaxItems: { type: 'integer', min: 1, max: 1000 },
}

/** PathPrefix of a list operation. */
export const pathPrefix: QueryMember = { type: 'string', min: 1, max: 512, pattern: '/[!-\\x7F]*' }
