/** The page that shows the matrix. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const pageFile = fileURLToPath(new URL('../../docs/clients.md', import.meta.url))
const formatter = fileURLToPath(new URL('../../node_modules/.bin/oxfmt', import.meta.url))

/** Lines of cells, the first being the head. */
export type Table = readonly (readonly string[])[]

const escape = (cell: string): string => cell.replaceAll('|', String.raw`\|`)

const writeTable = ([head = [], ...lines]: Table): string =>
  [head, head.map(() => '---'), ...lines].map((line) => `| ${line.map(escape).join(' | ')} |`).join('\n')

/**
 * Writes `docs/clients.md`.
 * @param tables by way, by request, and what fails as it would on AWS
 */
export async function writePage(tables: {
  readonly byWay: Table
  readonly byGroup: Table
  readonly failing: Table
  readonly notRun: Table
}): Promise<void> {
  const page = `# Which clients work

Every client below signs by itself, with its own defaults, and calls a function URL with \`AWS_IAM\` on the local side. A request passes
when it was let in **and** the function got what was meant: method, path, every name and value of the query, every byte of the body.
\`npm run conform -- clients --write\` makes this page anew; a failure that no row explains fails the command, and so does an expected
failure that passes. The versions are those of \`package.json\` and \`conform/clients/peers/package.json\`, of botocore 1.43 and of curl 7.88.

## By the way to the URL

\`port\`: \`http://127.0.0.1:<port>/\`. \`Host\`: \`http://<id>.lambda-url.<region>.localhost:<main port>/\`, the name given to the system's
resolver. \`path prefix\`: \`/_url/<id>/\` on the main port. \`.on.aws\`: the address on AWS, through \`furlong run\`. "+ 6" are requests that
fail here as they would on AWS, with the cause named; they are listed further down.

${writeTable(tables.byWay)}

## By what is sent

${writeTable(tables.byGroup)}

## What fails, and what AWS does

Each of these is refused with \`SignatureDoesNotMatch\`'s answer and the diagnosis named here, proved by a signature that matches, or arrives
otherwise than was meant.

${writeTable(tables.failing)}

Signers of the smithy family take the query as an object; here it is made of \`URLSearchParams\`. Made by their own parser, a name without
\`=\` is sent and left out of the signature. Nothing on this page was run on AWS itself.

## Not run

${writeTable(tables.notRun)}
`
  await writeFile(pageFile, page)
  await promisify(execFile)(formatter, [pageFile])
}
