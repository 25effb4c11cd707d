import { arnPartCount, splitArn } from './arn.ts'
import type { PolicyReader } from './policy-reading.ts'
import { readStrings } from './policy-reading.ts'

/**
 * Reads a `Resource` or `NotResource` element.
 *
 * @param reader of the document
 * @param value what stands there
 * @param path where
 * @returns its patterns, at least one
 * @throws {PolicyError} for what is neither `*` nor an ARN
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function readResources(reader: PolicyReader, value: unknown, path: string): readonly string[] {
  const resources = readStrings(reader, value, path, 'no-resource')
  for (const resource of resources) if (resource !== '*') assertResource(reader, resource, path)
  return resources
}

function assertResource(reader: PolicyReader, resource: string, path: string): void {
  if (resource.startsWith('arn:aws:')) return assertParts(reader, resource, path)
  const [prefix, partition] = splitArn(resource)
  if (partition === undefined) {
    const rule = 'must be "*" or an ARN'
    throw reader.fail({ path, value: resource, rule, malformation: 'not-an-arn', named: resource })
  }
  if (prefix !== 'arn' || !/^aws(?:-[a-z]+)*$|[*?$]/.test(partition)) {
    const rule = 'must be "*" or an ARN'
    const named = `"${partition}" is not valid for resource "${rebuildArn(resource)}"`
    throw reader.fail({ path, value: resource, rule, malformation: 'partition', named })
  }
  assertParts(reader, resource, path)
}

/** AWS fills up an ARN before it complains about it. */
function rebuildArn(resource: string): string {
  const parts = splitArn(resource).slice(1)
  return ['arn', ...Array.from({ length: arnPartCount - 1 }, (_, index) => parts[index] ?? '*')].join(':')
}

/** IAM takes a short ARN, but not one that leaves out parts in the middle. */
function assertParts(reader: PolicyReader, resource: string, path: string): void {
  if (!resource.includes('::') || splitArn(resource).length === arnPartCount) return
  const rule = 'must have six parts, such as "arn:aws:s3:::bucket"'
  throw reader.fail({ path, value: resource, rule, malformation: 'legacy' })
}
