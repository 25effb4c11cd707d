import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CliError } from '../errors.ts'

/** What a project may be made with. */
export type ProjectKind = 'hono' | 'express' | 'python'

interface KindRow {
  /** Folders of `templates/` it is made of; a later one's file takes the place of an earlier one's. */
  readonly folders: readonly string[]
  /** For the README. */
  readonly says: string
  readonly notes: string
  readonly entry: string
}

const nodeNotes = `
\`npm run check\` checks the types. The function runs on Lambda's \`nodejs24.x\`; \`runtime\` in \`furlong.config.ts\` names another.
`

const pythonNotes = `
\`npm\` brings the tool; the application is Python alone. \`npm test\` and \`furlong deploy\` install \`requirements.txt\` into the function's bundle with the
\`pip\` of your machine: for your own Python on the local side, for Lambda's \`python3.13\` on AWS, where a package without a wheel that fits is named.
\`npm run dev\` runs from this folder with the Python of \`.venv\`: \`python3 -m venv .venv && .venv/bin/pip install -r requirements.txt\`.
`

/** One row for each kind of project. */
export const projectKinds: Readonly<Record<ProjectKind, KindRow>> = {
  hono: {
    folders: ['common', 'node', 'hono'],
    says: 'A Hono application',
    notes: nodeNotes,
    entry: 'app.ts',
  },
  express: {
    folders: ['common', 'node', 'express'],
    says: 'An Express application',
    notes: nodeNotes,
    entry: 'app.ts',
  },
  python: {
    folders: ['common', 'python'],
    says: 'A FastAPI application',
    notes: pythonNotes,
    entry: 'app.py',
  },
}

/** Folder of the files that projects are made of. */
export const templatesFolder: string = dirname(
  dirname(fileURLToPath(import.meta.resolve('#templates/common/README.md'))),
)

/** What stands in a project's files in place of the marks `{{like this}}`. */
export interface ProjectNames {
  /** Of the function. */
  readonly name: string
  /** Account that is deployed to from GitHub, 12 digits; a placeholder when it is not known yet. */
  readonly account: string
  readonly region: string
  /** Of GitHub, `owner/name`; a placeholder when it is not known yet. */
  readonly repository: string
  /** For the README: what is a placeholder, and where it stands; empty when nothing is. */
  readonly placeholders: string
  /** Version of furlong, as a dependency. */
  readonly furlong: string
}

/** A file of a project. */
export interface ProjectFile {
  /** Relative to the project's folder, with `/`. */
  readonly path: string
  readonly text: string
}

/**
 * Makes the files of a project.
 * @param kind what it is made with
 * @param names what stands in place of the marks
 * @returns the files, in the order of their paths
 */
export async function createProjectFiles(kind: ProjectKind, names: ProjectNames): Promise<ProjectFile[]> {
  const { folders, says, notes } = projectKinds[kind]
  const marks: Readonly<Record<string, string>> = {
    ...names,
    says,
    notes,
    // npm takes lower-case names alone.
    package: names.name.toLowerCase(),
  }
  const texts = new Map<string, string>()
  for (const folder of folders) {
    const root = join(templatesFolder, folder)
    for (const path of await listFiles(root)) {
      const text = await readFile(join(root, path), 'utf8')
      texts.set(toProjectPath(path), fillIn(text, marks))
    }
  }
  return [...texts].map(([path, text]) => ({ path, text })).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Before others are filled in: what stands for one mark may hold another. */
const fillIn = (text: string, marks: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{\{([a-z]+)\}\}/g, (mark, name: string) =>
    Object.hasOwn(marks, name) ? fillIn(marks[name] ?? '', marks) : mark,
  )

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/** npm packs no `.gitignore`, so what begins with a dot begins with `_` in the templates. */
function toProjectPath(path: string): string {
  return path
    .split(sep)
    .map((part) => part.replace(/^_(?=[a-z])/, '.'))
    .join('/')
}

/**
 * Writes a project into a folder, which is made when it is not there: all of it or nothing.
 * @param folder absolute path
 * @param files the project
 * @throws {CliError} `folder-not-empty` for a folder with anything in it but `.git`; `unwritable-file`
 */
export async function writeProject(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const there = await readdir(folder).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return []
    throw unwritable(folder, error)
  })
  const found = there.filter((name) => name !== '.git')
  if (found.length > 0) throw new CliError('folder-not-empty', { folder, found: listNames(found) })
  const written: string[] = []
  try {
    for (const { path, text } of files) {
      const full = join(folder, path)
      await mkdir(dirname(full), { recursive: true })
      await writeFile(full, text, { flag: 'wx' })
      written.push(full)
    }
  } catch (error) {
    for (const full of written) await rm(full, { force: true })
    throw unwritable(folder, error)
  }
}

const isCode = (error: unknown, code: string): boolean => (error as { code?: unknown } | null)?.code === code

function unwritable(folder: string, error: unknown): CliError {
  const reason = error instanceof Error ? error.message : String(error)
  return new CliError('unwritable-file', { path: folder, reason })
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}
