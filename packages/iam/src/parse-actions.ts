import type { PolicyReader } from './policy-reading.ts'
import { readStrings } from './policy-reading.ts'

/**
 * Reads an `Action` or `NotAction` element.
 *
 * @param reader of the document
 * @param value what stands there
 * @param path where
 * @returns its patterns, at least one
 * @throws {PolicyError} for what is neither `*` nor a service and an action
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
 */
export function readActions(reader: PolicyReader, value: unknown, path: string): readonly string[] {
  const actions = readStrings(reader, value, path, 'no-action')
  // A role's trust policy is about becoming the role, and nothing else.
  const stsOnly = reader.kind === 'trust'
  for (const action of actions) {
    if (stsOnly && !/^sts:/i.test(action)) {
      throw reader.fail({ path, value: action, rule: 'must be an action of sts', malformation: 'not-sts' })
    }
    if (action !== '*') assertAction(reader, action, path)
  }
  return actions
}

function assertAction(reader: PolicyReader, action: string, path: string): void {
  const colon = action.indexOf(':')
  if (colon < 1 || colon === action.length - 1) {
    const rule = 'must be "*" or a service and an action, such as "lambda:InvokeFunction"'
    throw reader.fail({ path, value: action, rule, malformation: 'vendor-missing' })
  }
  if (action.includes(':', colon + 1)) {
    const rule = 'may hold one colon only'
    throw reader.fail({ path, value: action, rule, malformation: 'two-colons' })
  }
  // Beyond ASCII there are letters that fold to those of an action: U+212A is a `k` in lower case.
  if (!/^[!-~]+$/.test(action)) {
    const rule = 'must hold printable ASCII and no blanks'
    throw reader.fail({
      path,
      value: action,
      rule,
      malformation: 'vendor-invalid',
      named: action.slice(0, colon),
    })
  }
  if (!serviceForm.test(action)) {
    const rule = 'may hold letters, digits, "-" and "." before the colon'
    const named = action.slice(0, colon)
    throw reader.fail({ path, value: action, rule, malformation: 'vendor-invalid', named })
  }
}

/** Letters, digits, `-` and `.`, and the two wildcards. */
const serviceForm = /^[A-Za-z\d.*?-]+:/
