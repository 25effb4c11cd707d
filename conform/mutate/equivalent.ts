/** Mutants that decide everything as the engine does. */
export interface Equivalent {
  readonly file: string
  /** The line as it stands in the file, without its indent. */
  readonly code: string
  readonly changes: readonly (readonly [original: string, replacement: string])[]
  /** Why no test can tell. */
  readonly reason: string
}

/** Judged one by one: no test can tell these from the engine, for the reason given. */
export const equivalents: readonly Equivalent[] = [
  {
    file: 'decide.ts',
    code: 'return unknown === undefined || unknown.length === 0',
    changes: [['unknown === undefined || unknown.length === 0', 'false']],
    reason: 'A shorter way: weighing what is unknown gives back the verdict when nothing is.',
  },
  {
    file: 'decide.ts',
    code: "if (!allowsAtEveryLevel(policies.scps, subject)) blame.push('scp')",
    changes: [['push', 'unshift']],
    reason: 'The list is empty then.',
  },
  {
    file: 'decide.ts',
    code: 'if (grant === grantClasses.none) blame.push(resourceKind)',
    changes: [['push', 'unshift']],
    reason: 'The list is empty then: no service control policy has a say about such callers.',
  },
  {
    file: 'decide.ts',
    code: 'if (grant === grantClasses.direct) break',
    changes: [
      ['grant === grantClasses.direct', 'false'],
      ['break', ';'],
    ],
    reason: 'A shorter way: no grant is stronger than a direct one.',
  },
  {
    file: 'decide.ts',
    code: 'if (statement !== undefined) by.push(statement.ref)',
    changes: [['push', 'unshift']],
    reason: 'The list is empty then.',
  },
  {
    file: 'unknown-policies.ts',
    code: "version: '2012-10-17',",
    changes: [["'2012-10-17'", "''"]],
    reason: 'The version matters for variables only, and there is none.',
  },
  {
    file: 'unknown-policies.ts',
    code: "const allowAll: CompiledPolicy = compilePolicy(everything, { type: 'identity', name: 'supposed' })",
    changes: [
      ["'identity'", "''"],
      ["'supposed'", "''"],
    ],
    reason: 'Nobody is told of a policy that is supposed.',
  },
  {
    file: 'conditions.ts',
    code: 'if (isStatic(pieces)) return row.prepare(pieces)',
    changes: [['isStatic(pieces)', 'false']],
    reason: 'A shorter way: without variables, resolving gives the same pieces each time.',
  },
  {
    file: 'condition-operators.ts',
    code: 'const milliseconds = `${fraction}000`.slice(0, 3)',
    changes: [
      ['`${fraction}000`.slice(0, 3)', '`${fraction}000`'],
      ['3', '(3 + 1)'],
    ],
    reason: 'V8 reads any number of digits and drops those behind the third; other engines need not.',
  },
  {
    file: 'condition-operators.ts',
    code: '`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${offset.toUpperCase()}`,',
    changes: [['offset.toUpperCase()', 'offset']],
    reason: 'V8 reads a lower-case z, too; other engines need not.',
  },
  {
    file: 'condition-operators.ts',
    code: 'const row = reading === undefined ? { prepare } : { prepare, reading }',
    changes: [['reading === undefined', 'false']],
    reason: 'A member that is undefined reads like one that is absent.',
  },
  {
    file: 'principal-match.ts',
    code: 'if (found > best) best = found',
    changes: [['>', '>=']],
    reason: 'Two equal classes are one.',
  },
  {
    file: 'principal-match.ts',
    code: 'if (!notPrincipalChecksEveryLevel) return lists(principal.arn)',
    changes: [['!notPrincipalChecksEveryLevel', 'false']],
    reason: 'The guess stands: the constant is true.',
  },
  {
    file: 'arn-match.ts',
    code: "const fixed = parts.findIndex((part) => part.some((token) => typeof token !== 'string'))",
    changes: [
      ['!==', '==='],
      ["'string'", "''"],
    ],
    reason: 'A shorter way: a lead is compared at once, and part by part otherwise.',
  },
  {
    file: 'arn-match.ts',
    code: 'const leading = fixed === -1 ? parts.length - 1 : fixed',
    changes: [
      ['fixed === -1', 'false'],
      ['1', '(1 + 1)'],
    ],
    reason:
      'A shorter way: how much of a pattern makes the lead changes nothing; and slice() reads -1 as all but the last.',
  },
  {
    file: 'arn-match.ts',
    code: "if (text === '*') return { kind: 'any' }",
    changes: [
      ["text === '*'", 'false'],
      ["'*'", "''"],
    ],
    reason: 'A shorter way: the pattern * matches everything, too.',
  },
  {
    file: 'arn-match.ts',
    code: "return isStatic(tail) ? createFixedMatcher([...head, ...tail]) : { kind: 'variable', head, tail }",
    changes: [
      ['isStatic(tail)', 'false'],
      ["'variable'", "''"],
    ],
    reason: 'A shorter way without variables; and the last kind is what none of the others is.',
  },
  {
    file: 'arn-match.ts',
    code: 'parts.at(-1)?.push(rest.slice(0, found))',
    changes: [['?.', '.']],
    reason: 'The list is never empty; the compiler does not know.',
  },
  {
    file: 'arn-match.ts',
    code: 'parts.at(-1)?.push(rest)',
    changes: [['?.', '.']],
    reason: 'The list is never empty; the compiler does not know.',
  },
  {
    file: 'arn-match.ts',
    code: 'for (let index = 0; index < parts.length; index++) {',
    changes: [['<', '<=']],
    reason: 'The last part returns.',
  },
  {
    file: 'arn-match.ts',
    code: 'if (glob === undefined) return false',
    changes: [
      ['glob === undefined', 'false'],
      ['false', 'true'],
    ],
    reason: 'Never so; the compiler does not know.',
  },
  {
    file: 'arn-match.ts',
    code: 'return false',
    changes: [['false', 'true']],
    reason: 'Never reached: the last part returns.',
  },
  {
    file: 'arn-match.ts',
    code: 'if (glob.exact === undefined) return matchesGlob(glob, arn.slice(from, end))',
    changes: [['glob.exact === undefined', 'true']],
    reason: 'A shorter way: the same is found with the part cut out.',
  },
  {
    file: 'glob.ts',
    code: 'export const anyOne = 1',
    changes: [['1', '(1 + 1)']],
    reason: "Any value does that is not the other's.",
  },
  {
    file: 'glob.ts',
    code: "if (!text.includes('*') && !text.includes('?')) return [text]",
    changes: [
      ["!text.includes('*') && !text.includes('?')", 'false'],
      ["'*'", "''"],
      ["'?'", "''"],
    ],
    reason: 'A shorter way: the loop finds no wildcard either.',
  },
  {
    file: 'glob.ts',
    code: 'for (let at = 0; at < text.length; at++) {',
    changes: [['<', '<=']],
    reason: 'Behind the end there is no character, and so no wildcard.',
  },
  {
    file: 'glob.ts',
    code: 'if (at > from) tokens.push(text.slice(from, at))',
    changes: [
      ['at > from', 'true'],
      ['>', '>='],
    ],
    reason: 'An empty text among the tokens matches nothing and needs nothing.',
  },
  {
    file: 'glob.ts',
    code: "if (tokens.includes(anyOne)) return { ...createExact(''), exact: undefined, gapped: createGapped(tokens) }",
    changes: [
      ['tokens.includes(anyOne)', 'true'],
      ["''", "'mutant'"],
    ],
    reason: 'A shorter way for patterns without ?; and the text of an exact pattern is taken out again.',
  },
  {
    file: 'glob.ts',
    code: "const [head = '', ...others] = splitAtRuns(tokens).map((part) => part.join(''))",
    changes: [["''", "'mutant'"]],
    reason:
      'There is a head always; the compiler does not know. Texts are not joined by it where there is one to a part.',
  },
  {
    file: 'glob.ts',
    code: "const tail = others.pop() ?? ''",
    changes: [["''", "'mutant'"]],
    reason: 'There is a tail always; the compiler does not know.',
  },
  {
    file: 'glob.ts',
    code: 'const minLength = middle.reduce((sum, { length }) => sum + length, head.length + tail.length)',
    changes: [['+', '-']],
    reason: 'A shorter way: in a text that is too short for all of them, one of them is not found.',
  },
  {
    file: 'glob.ts',
    code: "return { exact, head: '', needles: noNeedles, tail: '', minLength: 0, gapped: undefined }",
    changes: [
      ["''", "'mutant'"],
      ['0', '(0 + 1)'],
    ],
    reason: 'Nobody reads them of a pattern that is exact or has a ?.',
  },
  {
    file: 'glob.ts',
    code: 'else parts.at(-1)?.push(token)',
    changes: [['?.', '.']],
    reason: 'The list is never empty; the compiler does not know.',
  },
  {
    file: 'glob.ts',
    code: 'const minLength = middle.reduce((sum, { length }) => sum + length, head.length + (tail?.length ?? 0))',
    changes: [
      ['+', '-'],
      ['0', '(0 + 1)'],
    ],
    reason: 'A shorter way, as above; and without a tail the length is that of the head.',
  },
  {
    file: 'glob.ts',
    code: 'else for (const character of token) points.push(character.codePointAt(0) ?? 0)',
    changes: [['0', '(0 + 1)']],
    reason: 'A character has a code point always; the compiler does not know.',
  },
  {
    file: 'gap-search.ts',
    code: 'export const gap = -2',
    changes: [['2', '(2 + 1)']],
    reason: 'Any negative number does.',
  },
  {
    file: 'gap-search.ts',
    code: 'if (point === gap) continue',
    changes: [
      ['point === gap', 'false'],
      ['continue', ';'],
    ],
    reason: 'A mask for gaps that no character of a text asks for.',
  },
  {
    file: 'gap-search.ts',
    code: 'if (known === undefined) masks.set(point, mask)',
    changes: [['known === undefined', 'true']],
    reason: 'The same mask is put where it is.',
  },
  {
    file: 'gap-search.ts',
    code: 'const before = state[word] ?? 0',
    changes: [['0', '(0 + 1)']],
    reason: 'Always within; the compiler does not know.',
  },
  {
    file: 'gap-search.ts',
    code: 'state[word] = ((before << 1) | carry) & (mask[word] ?? 0)',
    changes: [['0', '(0 + 1)']],
    reason: 'Always within; the compiler does not know.',
  },
  {
    file: 'gap-search.ts',
    code: 'if (((state[last] ?? 0) & done) !== 0) return at - length + 1',
    changes: [['0', '(0 + 1)']],
    reason: 'Always within; the compiler does not know.',
  },
  {
    file: 'gap-search.ts',
    code: 'mask[word] = (mask[word] ?? 0) | (1 << (place % 32))',
    changes: [['0', '(0 + 1)']],
    reason: 'Always within; the compiler does not know.',
  },
  {
    file: 'substring-search.ts',
    code: 'for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at)',
    changes: [['<', '<=']],
    reason: 'What is written behind the end of a typed array is lost.',
  },
  {
    file: 'substring-search.ts',
    code: 'for (let at = 1; at < codes.length; at++) {',
    changes: [['<', '<=']],
    reason: 'What is written behind the end of a typed array is lost.',
  },
  {
    file: 'substring-search.ts',
    code: 'while (length > 0 && codes[at] !== codes[length]) length = borders[length - 1] ?? 0',
    changes: [['0', '(0 + 1)']],
    reason: 'Always within; the compiler does not know.',
  },
  {
    file: 'substring-search.ts',
    code: 'while (length > 0 && codes[length] !== code) length = borders[length - 1] ?? 0',
    changes: [['0', '(0 + 1)']],
    reason: 'Always within; the compiler does not know.',
  },
  {
    file: 'variables.ts',
    code: "if (!expand || !text.includes('${')) return reading === 'wildcards' ? readWildcards(text) : [text]",
    changes: [["'${'", "''"]],
    reason: 'A shorter way: the loop finds no variable either.',
  },
  {
    file: 'variables.ts',
    code: 'if (open > from) pieces.push(...read(text.slice(from, open)))',
    changes: [
      ['open > from', 'true'],
      ['>', '>='],
    ],
    reason: 'An empty text among the pieces matches nothing and needs nothing.',
  },
  {
    file: 'variables.ts',
    code: 'if (from < text.length) pieces.push(...read(text.slice(from)))',
    changes: [
      ['from < text.length', 'true'],
      ['<', '<='],
    ],
    reason: 'An empty text among the pieces matches nothing and needs nothing.',
  },
  {
    file: 'variables.ts',
    code: 'export function isStatic(pieces: readonly Piece[]): pieces is readonly Token[] {',
    changes: [["{\n  return pieces.every((piece) => typeof piece !== 'object')\n}", '{}']],
    reason: 'A shorter way: without variables, resolving gives the same pieces each time.',
  },
  {
    file: 'ip-range.ts',
    code: "const slash = text.indexOf('/')",
    changes: [['indexOf', 'lastIndexOf']],
    reason: 'What holds two is no range either way.',
  },
  {
    file: 'ip-range.ts',
    code: 'if (slash === -1) return { bytes, prefixBits: bytes.length * 8 }',
    changes: [['8', '(8 + 1)']],
    reason: 'Behind the last byte nothing differs.',
  },
  {
    file: 'ip-range.ts',
    code: 'for (let index = 0; bitsLeft > 0; index++, bitsLeft -= 8) {',
    changes: [['>', '>=']],
    reason: 'No bit counts then: the mask is 0.',
  },
  {
    file: 'ip-range.ts',
    code: 'const mask = bitsLeft >= 8 ? 0xff : (0xff << (8 - bitsLeft)) & 0xff',
    changes: [
      ['>=', '>'],
      ['8', '(8 + 1)'],
    ],
    reason: 'Both ways give 0xff for eight bits.',
  },
  {
    file: 'ip-range.ts',
    code: 'if (((range.bytes[index] ?? 0) & mask) !== ((bytes[index] ?? 0) & mask)) return false',
    changes: [['0', '(0 + 1)']],
    reason: 'Always within; the compiler does not know.',
  },
  {
    file: 'url-permissions.ts',
    code: "const { invokedViaFunctionUrl } = grant('AWS_IAM')",
    changes: [["'AWS_IAM'", "''"]],
    reason: 'What is asked for does not depend on it.',
  },
  {
    file: 'endpoint-kinds.ts',
    code: "const anyEndpoint = { authType: 'AWS_IAM', arn: '' } as const",
    changes: [
      ["'AWS_IAM'", "''"],
      ["''", "'mutant'"],
    ],
    reason: 'Only the names of the keys are read.',
  },
  {
    file: 'condition-operators.ts',
    code: "const offset = zone.includes(':') || zone.length === 1 ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`",
    changes: [
      ["zone.includes(':') || zone.length === 1", 'true'],
      ["':'", "''"],
    ],
    reason: 'V8 reads an offset without its colon, too; other engines need not.',
  },
  {
    file: 'match-statement.ts',
    code: "failures.push({ element: statement.negatesAction ? 'NotAction' : 'Action' })",
    changes: [['push', 'unshift']],
    reason: 'The list is empty then.',
  },
  {
    file: 'ip-range.ts',
    code: 'if (right === undefined || left.length + right.length > 14) return undefined',
    changes: [['14', '(14 + 1)']],
    reason: 'The bytes are even in number.',
  },
]
