import type { Policy, Statement } from '@furlong/iam'

const variable = /\$\{([^}]*)\}/g

/** `${*}`, `${?}` and `${$}` are characters, no keys. */
const escapes: ReadonlySet<string> = new Set(['*', '?', '$'])

function keysInText(text: string): string[] {
  return [...text.matchAll(variable)]
    .map(([, inside = '']) => inside.split(',')[0]?.trim() ?? '')
    .filter((key) => !escapes.has(key))
}

/**
 * Lists the condition keys a statement asks for, in conditions and in variables.
 *
 * @param statement of a parsed policy
 * @param version of the policy: only 2012-10-17 knows variables
 * @returns names as written, repeats included
 */
export function keysOfStatement(statement: Statement, version: Policy['version']): string[] {
  const { conditions, resources = [], notResources = [] } = statement
  const texts = [...resources, ...notResources, ...conditions.flatMap(({ values }) => values)]
  return [...conditions.map(({ key }) => key), ...(version === '2012-10-17' ? texts.flatMap(keysInText) : [])]
}

/**
 * Leaves out repeats, which differ in case at most.
 *
 * @param keys names of condition keys
 * @returns each once, as it was first written
 */
export function distinctKeys(keys: readonly string[]): string[] {
  const first = new Map<string, string>()
  for (const key of keys) if (!first.has(key.toLowerCase())) first.set(key.toLowerCase(), key)
  return [...first.values()]
}
