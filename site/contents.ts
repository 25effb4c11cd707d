/** What the site holds, and in which order: every page is a Markdown file of the repository, and has one place here. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { listFiles, listPages, repositoryFile } from './repository.ts'

/** One page of the site. */
export interface Page {
  /** In the navigation. */
  readonly title: string
  /** The path of its source in the repository. */
  readonly file: string
}

/** Pages that stand together in the navigation. */
export interface Group {
  readonly title: string
  readonly pages: readonly Page[]
}

const page = (title: string, file: string): Page => ({ title, file })

const placed: readonly Group[] = [
  {
    title: 'Begin',
    pages: [page('Quick start', 'README.md'), page('By hand, with the AWS CLI', 'docs/walk/README.md')],
  },
  {
    title: 'Set up',
    pages: [
      page('Ways to set up', 'docs/setup/README.md'),
      page('A new project', 'docs/setup/init.md'),
      page('CloudFormation and CDK', 'docs/setup/template.md'),
    ],
  },
  {
    title: 'Host',
    pages: [
      page('Ways to host', 'docs/hosting/README.md'),
      page('Python', 'docs/hosting/python.md'),
      page('Any other language', 'docs/hosting/any-other-language.md'),
      page('Streaming', 'docs/hosting/streaming.md'),
    ],
  },
  {
    title: 'Expose and grant',
    pages: [page('Deploying', 'docs/deploying/README.md'), page('Granting', 'docs/granting/README.md')],
  },
  {
    title: 'Call',
    pages: [
      page('Permissions and signatures', 'docs/calling/README.md'),
      page('From another Lambda', 'docs/calling/from-another-lambda.md'),
      page('From ECS or EC2', 'docs/calling/from-ecs-or-ec2.md'),
      page('From a laptop', 'docs/calling/from-a-laptop.md'),
      page('From a browser', 'docs/calling/from-a-browser.md'),
      page('From GitHub Actions', 'docs/calling/from-github-actions.md'),
      page('Behind CloudFront', 'docs/calling/behind-cloudfront.md'),
      page('Other clients', 'docs/calling/other-clients.md'),
      page('Which clients work', 'docs/clients.md'),
      page('What was tried', 'docs/proofs.md'),
      page('Presigned links', 'docs/calling/presigned-links.md'),
      page('A proxy that signs', 'docs/calling/proxy.md'),
    ],
  },
  {
    title: 'Explain',
    pages: [
      page('What an answer means', 'docs/explaining/answers.md'),
      page('Ways to explain', 'docs/explaining/README.md'),
    ],
  },
  {
    title: 'The local side',
    pages: [
      page('Day by day', 'docs/local/README.md'),
      page('The dev loop', 'docs/local/dev-loop.md'),
      page('A debugger', 'docs/local/debugging.md'),
      page('Every request in a page', 'docs/local/console.md'),
      page('The log', 'docs/local/logs.md'),
      page('Reaching a URL', 'docs/local/reaching.md'),
      page('In tests and CI', 'docs/local/testing.md'),
      page('Testing who may call', 'examples/vitest/README.md'),
    ],
  },
  {
    title: 'Reference',
    pages: [
      page('Commands', 'docs/reference/commands.md'),
      page('Errors', 'docs/reference/errors.md'),
      page('What was proven', 'docs/reference/proven.md'),
      page('How faithful the local side is', 'docs/reference/faithful.md'),
      page('Comparison with other tools', 'docs/reference/comparison.md'),
      page('Dependencies', 'docs/reference/dependencies.md'),
      page('Function URLs as a suite', 'conform/url/README.md'),
    ],
  },
  {
    title: 'Packages',
    pages: [
      page('furlong', 'packages/furlong/README.md'),
      page('@furlong/host', 'packages/host/README.md'),
      page('@furlong/fetch', 'packages/fetch/README.md'),
      page('@furlong/local', 'packages/local/README.md'),
      page('@furlong/aws', 'packages/aws/README.md'),
      page('@furlong/sigv4', 'packages/sigv4/README.md'),
      page('@furlong/iam', 'packages/iam/README.md'),
      page('@furlong/events', 'packages/events/README.md'),
      page('The console', 'packages/console/README.md'),
    ],
  },
  {
    title: 'The project',
    pages: [
      page('Architecture', 'ARCHITECTURE.md'),
      page('Security', 'SECURITY.md'),
      page('Contributing', 'CONTRIBUTING.md'),
      page('Changelog', 'CHANGELOG.md'),
    ],
  },
  { title: 'Decisions', pages: listDecisions() },
]

const unplaced = listUnplaced()

/** The pages in the order of the navigation; what nobody gave a place stands at the end. */
export const contents: readonly Group[] =
  unplaced.length === 0 ? placed : [...placed, { title: 'More', pages: unplaced }]

/** Every page of the contents. */
export const pages: readonly Page[] = contents.flatMap((group) => group.pages)

function listUnplaced(): Page[] {
  const taken = new Set(placed.flatMap((group) => group.pages).map(({ file }) => file))
  return listPages()
    .filter((file) => !taken.has(file))
    .map((file) => page(readTitle(file), file))
}

function readTitle(file: string): string {
  return /^# (.+)$/m.exec(readFileSync(repositoryFile(file), 'utf8'))?.[1] ?? file
}

function listDecisions(): Page[] {
  return listFiles('decisions/*.md').map((file) => {
    const [number = '', ...words] = posix.basename(file, '.md').split('-')
    return page(`${number} ${words.join(' ')}`, file)
  })
}

/** Where files lie on the site: the first rule that fits. */
const places: readonly (readonly [pattern: RegExp, place: string])[] = [
  [/^README\.md$/, 'quick-start.md'],
  [/^docs\/(.+\/)README\.md$/, '$1index.md'],
  [/^docs\/(.+)$/, '$1'],
  [/^([A-Z]+)\.md$/, 'project/$1.md'],
  [/^(.+)\/README\.md$/, '$1.md'],
  [/^(.+)$/, '$1'],
]

/**
 * @param file the path of a page's source in the repository
 * @returns the path of the page on the site, relative to its root: `calling/index.md`
 */
export function placeOf(file: string): string {
  const rule = places.find(([pattern]) => pattern.test(file))
  return (rule === undefined ? file : file.replace(...rule)).toLowerCase()
}

/**
 * Finds the page that a link of the repository leads to.
 *
 * @param target a path in the repository, of a file or of a folder that has a README.md
 * @returns the page's path on the site; undefined for what is no page
 */
export function findPlace(target: string): string | undefined {
  const file = target.replace(/\/$/, '')
  const found = pages.find(
    (candidate) => candidate.file === file || candidate.file === posix.join(file, 'README.md'),
  )
  return found === undefined ? undefined : placeOf(found.file)
}
