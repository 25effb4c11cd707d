import * as ts from 'typescript'

/** One small change of a source text. */
export interface Change {
  /** What sort of change it is. */
  readonly sort: string
  readonly start: number
  readonly end: number
  readonly replacement: string
}

type Mutate = (node: ts.Node, source: ts.SourceFile) => readonly Change[]

const { SyntaxKind } = ts

/** What each operator becomes, one mutant each. */
const operators: ReadonlyMap<ts.SyntaxKind, readonly string[]> = new Map([
  [SyntaxKind.EqualsEqualsEqualsToken, ['!==']],
  [SyntaxKind.ExclamationEqualsEqualsToken, ['===']],
  [SyntaxKind.LessThanToken, ['<=', '>=']],
  [SyntaxKind.LessThanEqualsToken, ['<', '>']],
  [SyntaxKind.GreaterThanToken, ['>=', '<=']],
  [SyntaxKind.GreaterThanEqualsToken, ['>', '<']],
  [SyntaxKind.AmpersandAmpersandToken, ['||']],
  [SyntaxKind.BarBarToken, ['&&']],
  [SyntaxKind.QuestionQuestionToken, ['&&']],
  [SyntaxKind.QuestionQuestionEqualsToken, ['=']],
  [SyntaxKind.PlusToken, ['-']],
  [SyntaxKind.MinusToken, ['+']],
  [SyntaxKind.AsteriskToken, ['/']],
  [SyntaxKind.SlashToken, ['*']],
  [SyntaxKind.PercentToken, ['*']],
  [SyntaxKind.PlusEqualsToken, ['-=']],
  [SyntaxKind.MinusEqualsToken, ['+=']],
  [SyntaxKind.AmpersandToken, ['|']],
  [SyntaxKind.BarToken, ['&']],
  [SyntaxKind.CaretToken, ['|']],
  [SyntaxKind.LessThanLessThanToken, ['>>']],
  [SyntaxKind.GreaterThanGreaterThanToken, ['<<']],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken, ['<<']],
])

/** Methods and what is called instead; empty: the call goes, and what it is called on stays. */
const methods: ReadonlyMap<string, string> = new Map([
  ['every', 'some'],
  ['some', 'every'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['find', 'findLast'],
  ['findIndex', 'findLastIndex'],
  ['indexOf', 'lastIndexOf'],
  ['push', 'unshift'],
  ['min', 'max'],
  ['max', 'min'],
  ['filter', ''],
  ['slice', ''],
  ['sort', ''],
  ['reverse', ''],
  ['toLowerCase', ''],
  ['toUpperCase', ''],
  ['trim', ''],
  ['padStart', ''],
])

/** Takes something out of a regular expression; a part it does not have changes nothing and makes no mutant. */
const patternCuts: readonly (readonly [from: RegExp, to: string])[] = [
  [/^\/\^/, '/'],
  [/\$\/(?=[a-z]*$)/, '/'],
  [/i$/, ''],
  [/\\d/, String.raw`\D`],
  [/\+/, ''],
  [/\{(\d+)\}/, '{1}'],
]

/** The sorts of mutation, each over any node. */
const mutators: readonly Mutate[] = [
  changeOperator,
  changeCondition,
  changeLiteral,
  changeUnary,
  changeMethod,
  changePattern,
  dropStatement,
  dropElements,
  dropOptional,
]

/**
 * Finds every mutation of a source text; types, imports and what is thrown stay as they are.
 *
 * @param path names the file
 * @param text the source
 * @returns the changes, in the order of the text
 */
export function findChanges(path: string, text: string): Change[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const changes: Change[] = []
  const visit = (node: ts.Node): void => {
    if (isUntouched(node)) return
    for (const mutate of mutators) changes.push(...mutate(node, source))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return changes.sort((left, right) => left.start - right.start)
}

function isUntouched(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isThrowStatement(node)
  )
}

function change(sort: string, node: ts.Node, source: ts.SourceFile, replacement: string): Change {
  return { sort, start: node.getStart(source), end: node.getEnd(), replacement }
}

function changeOperator(node: ts.Node, source: ts.SourceFile): Change[] {
  if (!ts.isBinaryExpression(node)) return []
  const { operatorToken } = node
  const others = operators.get(operatorToken.kind) ?? []
  return others.map((other) => change('operator', operatorToken, source, other))
}

/** A condition is held true and held false; a loop is only never entered, for otherwise it never ends. */
function changeCondition(node: ts.Node, source: ts.SourceFile): Change[] {
  const hold = (condition: ts.Expression, ...values: readonly string[]): Change[] =>
    isBoolean(condition) ? [] : values.map((value) => change('condition', condition, source, value))
  if (ts.isIfStatement(node)) return hold(node.expression, 'true', 'false')
  if (ts.isConditionalExpression(node)) return hold(node.condition, 'true', 'false')
  if (ts.isWhileStatement(node)) return hold(node.expression, 'false')
  return ts.isForStatement(node) && node.condition !== undefined ? hold(node.condition, 'false') : []
}

function isBoolean({ kind }: ts.Node): boolean {
  return kind === SyntaxKind.TrueKeyword || kind === SyntaxKind.FalseKeyword
}

function changeLiteral(node: ts.Node, source: ts.SourceFile): Change[] {
  if (node.kind === SyntaxKind.TrueKeyword) return [change('constant', node, source, 'false')]
  if (node.kind === SyntaxKind.FalseKeyword) return [change('constant', node, source, 'true')]
  if (ts.isNumericLiteral(node)) {
    return [change('constant', node, source, `(${node.getText(source)} + 1)`)]
  }
  if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node)) return []
  if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return []
  return [change('constant', node, source, node.text === '' ? "'mutant'" : "''")]
}

function changeUnary(node: ts.Node, source: ts.SourceFile): Change[] {
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return []
  const operand = node.operand.getText(source)
  if (node.operator === SyntaxKind.ExclamationToken) return [change('negation', node, source, operand)]
  const other = node.operator === SyntaxKind.PlusPlusToken ? '--' : '++'
  const isStep = node.operator === SyntaxKind.PlusPlusToken || node.operator === SyntaxKind.MinusMinusToken
  return isStep ? [change('operator', node, source, operand + other)] : []
}

function changeMethod(node: ts.Node, source: ts.SourceFile): Change[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return []
  const { expression, name } = node.expression
  const other = methods.get(name.text)
  if (other === undefined) return []
  if (other !== '') return [change('method', name, source, other)]
  return [change('method', node, source, expression.getText(source))]
}

function changePattern(node: ts.Node, source: ts.SourceFile): Change[] {
  if (!ts.isRegularExpressionLiteral(node)) return []
  const cut = patternCuts.map(([from, to]) => node.text.replace(from, to))
  return cut.filter((text) => text !== node.text).map((text) => change('pattern', node, source, text))
}

/** What a statement does is left undone; a function does nothing at all. */
function dropStatement(node: ts.Node, source: ts.SourceFile): Change[] {
  if (ts.isBlock(node) && node.statements.length > 0 && ts.isFunctionLike(node.parent)) {
    return [change('body', node, source, '{}')]
  }
  const isDropped =
    ts.isExpressionStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node)
  return isDropped ? [change('statement', node, source, ';')] : []
}

function dropElements(node: ts.Node, source: ts.SourceFile): Change[] {
  return ts.isArrayLiteralExpression(node) && node.elements.length > 0
    ? [change('constant', node, source, '[]')]
    : []
}

function dropOptional(node: ts.Node, source: ts.SourceFile): Change[] {
  const token = ts.isPropertyAccessExpression(node) ? node.questionDotToken : undefined
  return token === undefined ? [] : [change('chain', token, source, '.')]
}
