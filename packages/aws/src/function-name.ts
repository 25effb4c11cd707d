import { parseArn, parseFunctionArn } from '@furlong/iam'
import { AwsError } from './errors.ts'

/** The parts of a function's name, partial ARN or ARN that matter here. */
export interface FunctionName {
  readonly name: string
  readonly qualifier?: string
  readonly region?: string
  readonly accountId?: string
}

/** Longest bare function name, in characters. */
export const maxFunctionNameLength = 64

const namePattern = /^[a-zA-Z0-9-_]+$/
const shortPattern = /^(?:(?<accountId>\d{12}):function:|function:)?(?<name>[^:]+)(?::(?<qualifier>[^:]+))?$/

/**
 * Reads a function's name as the Lambda API takes it: a name, `name:alias`, a partial or a full ARN.
 * @param value what the user wrote
 * @returns its parts
 * @throws {AwsError} `InvalidFunctionName`, with the value, the pattern and the limit
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export function parseFunctionName(value: string): FunctionName {
  const { name, qualifier, region, accountId } = parseFunctionArn(value) ?? readShortName(value)
  if (name === undefined || !namePattern.test(name) || name.length > maxFunctionNameLength) {
    const wrong = name ?? readWrongName(value)
    throw new AwsError(
      'InvalidFunctionName',
      `The function name '${value}' is not valid: it must match [a-zA-Z0-9-_]+ and be 1 to ${maxFunctionNameLength} characters long; it has ${wrong.length}.`,
      { tryThis: `the name ${suggestFunctionName(wrong)}` },
    )
  }
  return {
    name,
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(region === undefined ? {} : { region }),
    ...(accountId === undefined ? {} : { accountId }),
  }
}

function readShortName(value: string): Partial<FunctionName> {
  return shortPattern.exec(value)?.groups ?? {}
}

/** What stands for the name in the ARN of a function; otherwise all of the text. */
function readWrongName(value: string): string {
  const [type, name] = parseArn(value)?.resource.split(':') ?? []
  return type === 'function' && name !== undefined && name !== '' ? name : value
}

/**
 * Makes the nearest valid function name of any text.
 * @param text a file's name, a folder's, or a name that was refused
 * @returns a name of letters, digits, `-` and `_`, at most 64 characters long; `function` when nothing is left
 */
export function suggestFunctionName(text: string): string {
  const name = text
    .replaceAll(/[^a-zA-Z0-9-_]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, maxFunctionNameLength)
  return name === '' ? 'function' : name
}
