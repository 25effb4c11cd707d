/** One form for templates that say the same: names of resources, order, and ways to write a text are no difference. */
import type { CloudFormationTemplate } from '@furlong/aws'

type Node = unknown

interface Template {
  readonly Parameters?: Readonly<Record<string, unknown>>
  readonly Resources: CloudFormationTemplate['Resources']
}

/**
 * @param template as written by furlong, or synthesised by the CDK
 * @returns its resources, each as one text, sorted
 */
export function toNormalForm(template: Template): string[] {
  const typeOf = (name: string): string => template.Resources[name]?.Type ?? ''
  const evaluate = (node: Node): Node => {
    if (Array.isArray(node)) return node.map(evaluate)
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node)
    const [[name, argument] = ['', undefined]] = entries
    const evaluator = entries.length === 1 && Object.hasOwn(functions, name) ? functions[name] : undefined
    if (evaluator !== undefined) return evaluator(argument)
    return Object.fromEntries(entries.map(([key, value]) => [key, evaluate(value)]))
  }
  const refer = (name: string): string =>
    Object.hasOwn(pseudo, name) ? (pseudo[name] ?? '') : `<${typeOf(name) || `parameter ${name}`}>`
  const functions: Readonly<Record<string, (argument: Node) => Node>> = {
    Ref: (name) => refer(String(name)),
    'Fn::GetAtt': (words) => {
      const [name, attribute] = (Array.isArray(words) ? words : String(words).split('.')) as string[]
      return `<${typeOf(name ?? '')}.${attribute}>`
    },
    'Fn::Join': (words) => {
      const [glue, parts] = words as [string, Node[]]
      return parts.map((part) => String(evaluate(part))).join(glue)
    },
    'Fn::Sub': (text) => String(text).replaceAll(/\$\{([\w:]+)\}/g, (_mark, name: string) => refer(name)),
  }
  return Object.values(template.Resources)
    .map(({ Type, Properties }) => JSON.stringify({ Type, Properties: sort(evaluate(Properties)) }))
    .toSorted()
}

/** What is the same in every stack that is looked at here. */
const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '111122223333',
}

/** Members by name; a list of one as its item, as policies may have it; tags and policies by their text. */
function sort(node: Node): Node {
  if (Array.isArray(node)) {
    const items = node.map(sort)
    return items.length === 1
      ? items[0]
      : items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, sort(value)]),
  )
}
