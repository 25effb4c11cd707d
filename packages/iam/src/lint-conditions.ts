import { arnPartCount, splitArn } from './arn.ts'
import { conditionOperators } from './condition-operators.ts'
import { describeOperator } from './describe.ts'
import { ownersOfKeys } from './endpoint-kinds.ts'
import { parseIpRange } from './ip-range.ts'
import type { LintFinding, LintRule, LintSubject } from './lint-rule.ts'
import { conditionsOver, invokeAction, urlAction } from './lint-rule.ts'
import { coversAction } from './match-statement.ts'
import type { Condition } from './policy.ts'

/** Rules about conditions. */
export const conditionRules: readonly LintRule[] = [
  { code: 'shared-condition', find: eachCondition(findShared) },
  { code: 'multivalued-key', find: eachCondition(findMultivalued) },
  { code: 'for-all-values-empty', find: eachCondition(findForAllValues) },
  { code: 'never-present', find: eachCondition(findNeverPresent) },
  { code: 'literal-wildcard', find: eachCondition(findLiteralWildcard) },
  { code: 'value-never-matches', find: eachCondition(findSenselessValue) },
  { code: 'address-as-text', find: eachCondition(findAddressAsText) },
  { code: 'version-2008-variable', find: findOldVariables },
]

type ConditionFinding = Omit<LintFinding, 'element'> | undefined

function eachCondition(
  find: (condition: Condition, subject: LintSubject) => ConditionFinding,
): LintRule['find'] {
  return (subject) =>
    subject.statement.source.conditions.flatMap((condition) => {
      const found = find(condition, subject)
      const element = `Condition.${describeOperator(condition)}.${condition.key}`
      return found === undefined ? [] : [{ element, ...found }]
    })
}

/** Whether the condition fails when its key is absent. */
function needsKey({ operator, quantifier, ifExists, values }: Condition): boolean {
  if (operator === 'Null') return values.every((value) => value.toLowerCase() === 'false')
  if (ifExists || quantifier === 'ForAllValues') return false
  return quantifier === 'ForAnyValue' || conditionOperators[operator]?.negated !== true
}

function findShared(condition: Condition, { statement }: LintSubject): ConditionFinding {
  const owner = ownersOfKeys.get(condition.key.toLowerCase())
  if (owner === undefined || statement.effect !== 'Allow' || !needsKey(condition)) return undefined
  if (!coversAction(statement, urlAction) || !coversAction(statement, invokeAction)) return undefined
  const written = owner.toLowerCase() === urlAction ? 'lambda:InvokeFunction' : 'lambda:InvokeFunctionUrl'
  return {
    says: `${condition.key} exists for ${owner} alone, so that this statement never allows ${written}, and a call of the URL needs both.`,
    fix: `Give ${written} a statement of its own, without this condition.`,
  }
}

/** Keys that hold a list. */
const multivaluedKeys: ReadonlySet<string> = new Set([
  'aws:principalorgpaths',
  'aws:resourceorgpaths',
  'aws:sourceorgpaths',
  'aws:principalservicenameslist',
  'aws:calledvia',
  'aws:tagkeys',
])

function findMultivalued({ key, operator, quantifier }: Condition): ConditionFinding {
  if (quantifier !== undefined || operator === 'Null' || !multivaluedKeys.has(key.toLowerCase())) {
    return undefined
  }
  return {
    says: `${key} is a list, and AWS does not say what ${operator} makes of a list: it may never hold.`,
    fix: `Write ForAnyValue:${operator} or ForAllValues:${operator}.`,
  }
}

function findForAllValues(
  { key, operator, quantifier }: Condition,
  { statement }: LintSubject,
): ConditionFinding {
  if (quantifier !== 'ForAllValues' || statement.effect !== 'Allow') return undefined
  const isGuarded = conditionsOver(statement, key.toLowerCase()).some(
    (other) => other.operator === 'Null' && needsKey(other),
  )
  if (isGuarded) return undefined
  return {
    says: `ForAllValues:${operator} holds when the request has no ${key} at all, so that this allows whoever leaves it out.`,
    fix: `Add the condition "Null": {"${key}": "false"}, or write ForAnyValue:${operator}.`,
  }
}

/** Keys that no call of a function URL has: it comes over the public internet, from nobody in between. */
const keysNeverOnUrls: ReadonlySet<string> = new Set([
  'aws:sourcevpc',
  'aws:sourcevpcarn',
  'aws:sourcevpce',
  'aws:vpcsourceip',
  'aws:vpceaccount',
  'aws:vpceorgid',
  'aws:vpceorgpaths',
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
  'aws:tagkeys',
])

function findNeverPresent(condition: Condition, { statement }: LintSubject): ConditionFinding {
  const key = condition.key.toLowerCase()
  const isNever = keysNeverOnUrls.has(key) || key.startsWith('aws:requesttag/')
  const isAboutUrls = coversAction(statement, urlAction) || coversAction(statement, invokeAction)
  if (!isNever || !isAboutUrls) return undefined
  const isDeny = statement.effect === 'Deny'
  if (needsKey(condition) === isDeny) return undefined
  return {
    says: isDeny
      ? `A call of a function URL never has ${condition.key}, and ${describeOperator(condition)} holds without it: this denies every such call.`
      : `A call of a function URL never has ${condition.key}: this statement never allows one.`,
    fix: isDeny
      ? `Add the condition "Null": {"${condition.key}": "false"}, or leave lambda:InvokeFunctionUrl and lambda:InvokeFunction out.`
      : 'Use a key that such calls have, such as aws:SourceIp, aws:PrincipalArn or aws:PrincipalOrgID.',
  }
}

function findLiteralWildcard({ operator, values }: Condition, { policy }: LintSubject): ConditionFinding {
  if (conditionOperators[operator]?.reading !== 'literal') return undefined
  const expand = policy.version === '2012-10-17'
  const value = values.find((text) => /[*?]/.test(expand ? text.replaceAll(/\$\{[^}]*\}/g, '') : text))
  if (value === undefined) return undefined
  const like = operator.replace('EqualsIgnoreCase', 'Like').replace('Equals', 'Like')
  return {
    says: `${operator} compares "${value}" as it stands: * and ? are plain characters here.`,
    fix: `Write ${like} for a pattern.`,
  }
}

interface ValueForm {
  readonly operators: RegExp
  readonly isSound: (value: string) => boolean
  readonly wants: string
}

const valueForms: readonly ValueForm[] = [
  {
    operators: /^Numeric/,
    isSound: (value) => /^[+-]?\d+(?:\.\d+)?$/.test(value),
    wants: 'a number',
  },
  {
    operators: /IpAddress$/,
    isSound: (value) => parseIpRange(value) !== undefined,
    wants: 'an address or a range such as 203.0.113.0/24',
  },
  { operators: /^Bool$/, isSound: (value) => /^(?:true|false)$/i.test(value), wants: 'true or false' },
  {
    operators: /^BinaryEquals$/,
    isSound: (value) => /^[A-Za-z\d+/]*={0,2}$/.test(value),
    wants: 'base64',
  },
  {
    operators: /^Arn/,
    isSound: (value) => value.includes('${') || splitArn(value).length === arnPartCount,
    wants: 'an ARN of six parts; a * stands within one part only',
  },
]

function findSenselessValue({ operator, values }: Condition): ConditionFinding {
  const form = valueForms.find(({ operators }) => operators.test(operator))
  const value = values.find((text) => form?.isSound(text) === false)
  if (form === undefined || value === undefined) return undefined
  return {
    says: `${operator} never matches "${value}": it compares with ${form.wants}.`,
    fix: `Write ${form.wants}, or use another operator.`,
  }
}

function findAddressAsText({ key, operator }: Condition): ConditionFinding {
  if (key.toLowerCase() !== 'aws:sourceip' || !operator.startsWith('String')) return undefined
  return {
    says: `${operator} compares addresses letter by letter: a range such as 203.0.113.0/24 never matches.`,
    fix: `Write ${operator.includes('Not') ? 'NotIpAddress' : 'IpAddress'}.`,
  }
}

function findOldVariables({ policy, statement: { source } }: LintSubject): LintFinding[] {
  if (policy.version === '2012-10-17') return []
  const texts = [
    ...(source.resources ?? []),
    ...(source.notResources ?? []),
    ...source.conditions.flatMap(({ values }) => values),
  ]
  const text = texts.find((value) => value.includes('${'))
  if (text === undefined) return []
  return [
    {
      element: '',
      says: `Without "Version": "2012-10-17" a variable is plain text, so that "${text}" stands for itself.`,
      fix: 'Write "Version": "2012-10-17".',
    },
  ]
}
