import type { Member } from './operation.ts'

const functionNamePattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?'
const namespacedFunctionNamePattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?'

const functionNameLimits = {
  type: 'string',
  required: true,
  min: 1,
  max: 140,
  pattern: functionNamePattern,
} as const satisfies Member

/** FunctionName in the body of CreateFunction. */
export const newFunctionName: Member = functionNameLimits

/** FunctionName in a path. */
export const functionName: Member = { ...functionNameLimits, from: 'uri' }

/** FunctionName in the path of an operation that also takes versions. */
export const namespacedFunctionName: Member = {
  ...functionName,
  max: 256,
  pattern: namespacedFunctionNamePattern,
}

/** Qualifier of an operation that takes versions and aliases. */
export const qualifier: Member = {
  type: 'string',
  from: 'query',
  min: 1,
  max: 128,
  pattern: '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+',
}

/** Qualifier of a function URL operation: aliases only. */
export const urlQualifier: Member = {
  type: 'string',
  from: 'query',
  min: 1,
  max: 128,
  pattern: '((?!^\\d+$)^[0-9a-zA-Z-_]+$)',
}

/** Resource of the tag operations. */
export const taggedResource: Member = {
  type: 'string',
  from: 'uri',
  required: true,
  min: 1,
  max: 256,
  pattern:
    'arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)',
}

/** A description, in a body. */
export const description: Member = { type: 'string', min: 0, max: 256 }

/** RevisionId in a body. */
export const revisionId: Member = { type: 'string' }

/**
 * A member of AWS's that is refused by name, unless its value asks for nothing.
 *
 * @param isNeutral the values that are taken; empty lists, empty structures, empty strings and false when absent
 * @returns the member
 */
export function notServed(isNeutral: (value: unknown) => boolean = isEmpty): Member {
  return { type: 'structure', isNeutral }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true
  return typeof value === 'object' && Object.values(value).every(isEmpty)
}
