declare const checked: unique symbol

/** An ARN whose form `parseArn()` has checked. */
export type Arn = string & { readonly [checked]: 'Arn' }

/** The parts of an ARN. */
export interface ArnParts {
  /** The whole. */
  readonly arn: Arn
  /** Such as `aws` or `aws-cn`. */
  readonly partition: string
  /** Such as `lambda`. */
  readonly service: string
  /** Empty for services without regions, such as IAM. */
  readonly region: string
  /** 12 digits, `aws` for what AWS owns, empty for resources without an account. */
  readonly accountId: string
  /** All that stands behind the fifth colon, such as `role/team/app`. */
  readonly resource: string
}

/** The parts of the ARN of a function, an alias or a version. */
export interface FunctionArnParts {
  /** The whole. */
  readonly arn: Arn
  readonly region: string
  /** 12 digits. */
  readonly accountId: string
  /** Letters, digits, `-` and `_`. */
  readonly name: string
  /** An alias, a version or `$LATEST`; absent for the function itself. */
  readonly qualifier?: string
  /** The ARN of the function itself. */
  readonly unqualifiedArn: Arn
}

/** Parts of an ARN: partition, service, region and so on; the sixth keeps its colons. */
export const arnPartCount = 6

/**
 * Splits an ARN, or a pattern of one, at its first five colons; nothing is checked.
 *
 * @param text an ARN or any other text
 * @returns up to six parts; the last keeps its colons
 */
export function splitArn(text: string): string[] {
  const parts: string[] = []
  let from = 0
  while (parts.length < arnPartCount - 1) {
    const colon = text.indexOf(':', from)
    if (colon === -1) break
    parts.push(text.slice(from, colon))
    from = colon + 1
  }
  parts.push(text.slice(from))
  return parts
}

/**
 * Reads an ARN.
 *
 * @param text any text
 * @returns its parts; `undefined` when it is no ARN, patterns with wildcards before the resource included
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(text: string): ArnParts | undefined {
  const [prefix, partition = '', service = '', region = '', accountId = '', resource = ''] = splitArn(text)
  const isArn =
    prefix === 'arn' &&
    /^aws(?:-[a-z]+)*$/.test(partition) &&
    /^[a-z\d-]+$/.test(service) &&
    /^[a-z\d-]*$/.test(region) &&
    /^(?:\d{12}|aws)?$/.test(accountId) &&
    resource !== ''
  return isArn ? { arn: text as Arn, partition, service, region, accountId, resource } : undefined
}

/**
 * Reads the ARN of a function, an alias or a version.
 *
 * @param text any text
 * @returns its parts; `undefined` when it is no such ARN, patterns with wildcards included
 * @example parseFunctionArn('arn:aws:lambda:us-east-1:111122223333:function:books:live')?.qualifier // 'live'
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
 */
export function parseFunctionArn(text: string): FunctionArnParts | undefined {
  const parts = parseArn(text)
  const groups = functionResource.exec(parts?.resource ?? '')?.groups
  const name = groups?.['name']
  if (parts === undefined || name === undefined) return undefined
  const { arn, service, region, accountId } = parts
  if (service !== 'lambda' || region === '' || !isAccountId(accountId)) return undefined
  const qualifier = groups?.['qualifier']
  if (qualifier === undefined) return { arn, region, accountId, name, unqualifiedArn: arn }
  const unqualifiedArn = text.slice(0, -qualifier.length - 1) as Arn
  return { arn, region, accountId, name, qualifier, unqualifiedArn }
}

/**
 * Reads an account from the two forms in which a policy names one.
 *
 * @param principal an account id, the ARN of an account's root, or any other text
 * @returns 12 digits; `undefined` for any other text
 */
export function readAccountId(principal: string): string | undefined {
  const parts = parseArn(principal)
  const accountId = parts?.service === 'iam' && parts.resource === 'root' ? parts.accountId : principal
  return isAccountId(accountId) ? accountId : undefined
}

const functionResource =
  /^function:(?<name>[A-Za-z\d_-]+)(?::(?<qualifier>\$LATEST(?:\.PUBLISHED)?|[A-Za-z\d_-]+))?$/

function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text)
}
