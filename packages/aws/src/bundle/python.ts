import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AwsError } from '../errors.ts'
import { readFolder, type BundleFile } from './archive.ts'
import { installPackages, type PackageOptions } from './python-packages.ts'

const candidates: readonly string[] = ['handler', 'lambda_handler']

/**
 * Finds the handler of a Python entry: a function or a name at the top level.
 * @param entry path of the `.py` file
 * @returns Lambda's form, such as `app.handler`
 * @throws {AwsError} `BundleFailed` when neither `handler` nor `lambda_handler` is there
 */
export async function findPythonHandler(entry: string): Promise<string> {
  const text = await readFile(entry, 'utf8')
  const module = basename(entry, '.py')
  // Read, not run: an import of the module here would need its packages and run its side effects.
  const found = candidates.find((name) =>
    new RegExp(
      `^(?:(?:async )?def ${name}\\s*\\(|${name}\\s*(?::[^=]+)?=[^=]|(?:from|import)\\b.*\\b${name}\\b)`,
      'm',
    ).test(text),
  )
  if (found !== undefined) return `${module}.${found}`
  throw new AwsError(
    'BundleFailed',
    `${basename(entry)} has neither a 'handler' nor a 'lambda_handler' at its top level.`,
    {
      tryThis: `handler = Mangum(app), or name yours with --handler ${module}.<name>`,
    },
  )
}

/** Name of the file that lists a function's packages. */
const requirementsName = 'requirements.txt'

/**
 * Reads the files of a Python function: everything in the entry's folder, the packages vendored into it included, and
 * those of a `requirements.txt` beside it, installed for where the function will run. A file of the folder goes before
 * one of a package.
 * @param entry path of the `.py` file
 * @param options runtime, architecture, and where it will run
 * @returns the files for the zip, and what was installed
 * @throws {AwsError} `WheelMissing` for a package that does not fit, `PipMissing`, `PipFailed`
 */
export async function readPython(
  entry: string,
  options: PackageOptions,
): Promise<{ readonly files: BundleFile[]; readonly says?: string }> {
  const own = await readFolder(dirname(entry), ['node_modules'])
  // Wheels in the folder are what packages are installed from, not code.
  const files = own.filter(({ path }) => !path.endsWith('.whl'))
  if (!files.some(({ path }) => path === requirementsName)) return { files }
  const installed = await installPackages(join(dirname(entry), requirementsName), options)
  const paths = new Set(files.map(({ path }) => path))
  return {
    files: [...files, ...installed.files.filter(({ path }) => !paths.has(path))],
    says: installed.says,
  }
}

/**
 * Makes the bundle that stands for a Python entry while it runs from its folder: code that says so when it is called
 * without.
 * @param entry path of the `.py` file
 * @param handler in Lambda's form; default what the entry has
 * @returns the files for the zip, and the handler
 * @throws {AwsError} `BundleFailed` when the entry has no handler
 */
export async function createPythonStandIn(
  entry: string,
  handler?: string,
): Promise<{ files: BundleFile[]; handler: string }> {
  const found = handler ?? (await findPythonHandler(entry))
  const name = basename(entry)
  const says = `This function ran from the folder of ${name} while furlong dev was there. Try: npx furlong dev ${name}, or npx furlong deploy ${name}`
  const module = `${found.slice(0, found.lastIndexOf('.')).replaceAll('.', '/')}.py`
  return {
    files: [
      { path: module, bytes: new TextEncoder().encode(`raise RuntimeError(${JSON.stringify(says)})\n`) },
    ],
    handler: found,
  }
}
