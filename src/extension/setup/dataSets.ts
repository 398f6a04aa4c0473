import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { commands, Uri, window, workspace } from 'vscode'
import { dataYamlText, findSet } from '../../core/dataset/foundSet'
import { splitFolder } from '../../core/dataset/splitFolder'
import { writeNewFile } from '../../core/disk/writeNewFile'
import { SlimError } from '../../core/errors'
import { withoutCheckout } from '../../engines/builtin/stage/detection'
import { busy, type CommandContext } from '../commands/context'
import { commandIds } from '../contributions'
import * as validate from '../form/validate'
import { showLine } from '../notify'

/** Writes a data.yaml for a folder of images and labels, in the release's spelling, and opens it. */
export async function newDataSet(context: CommandContext): Promise<void> {
  const folder = await chooseFolder(l10n.t('Folder of images and labels'))
  if (folder === undefined) return
  await writeConfig(context, folder)
}

async function writeConfig(context: CommandContext, folder: string): Promise<void> {
  const { checkouts, channel } = context
  await checkouts.search()
  const { selected } = checkouts
  const set = await busy(l10n.t('looking at {0}', folder), () => findSet(folder, selected?.root))
  if (set.images === 0) {
    throw new SlimError(
      'data/no-images',
      l10n.t('There are no images in {0}.', folder),
      l10n.t('Choose the folder that holds the images, or one above.'),
    )
  }
  if (set.paths.train === undefined || set.paths.val === undefined) {
    const divide = l10n.t('Divide now')
    const asIs = l10n.t('Use all for both')
    const text = l10n.t('{0} has no folders or lists of training and validation images.', folder)
    const answer = await window.showWarningMessage(text, { modal: true }, divide, asIs)
    if (answer === undefined) return
    if (answer === divide) return divideFolder(context, folder)
  }
  // A checkout's data/ is where its yamls lie; elsewhere it goes with the images.
  const place = selected ? join(selected.root, 'data') : folder
  const file = freeName(place, selected ? basename(folder) : 'data')
  await writeNewFile(file, dataYamlText(set, selected ?? withoutCheckout(folder)))
  const document = await workspace.openTextDocument(Uri.file(file))
  await window.showTextDocument(document)
  const facts = l10n.t(
    '{0} images, {1} labelled, {2} classes',
    set.images,
    set.labelled,
    set.names.length,
  )
  channel.info(`${file}: ${facts}`)
  await commands.executeCommand(commandIds.refresh)
  if (!set.named) {
    showLine(channel, { level: 'info', text: l10n.t('{0}. Give the classes their names.', facts) })
  }
}

/** Divides a folder's images into training, validation and test images, and writes the data.yaml that names them. */
export async function splitDataSet(context: CommandContext): Promise<void> {
  const folder = await chooseFolder(l10n.t('Folder of images to divide'))
  if (folder !== undefined) await divideFolder(context, folder)
}

async function divideFolder(context: CommandContext, folder: string): Promise<void> {
  const title = l10n.t('Split data set')
  const val = await askShare(title, l10n.t('Share of the images to validate with'), '0.2')
  if (val === undefined) return
  const test = await askShare(title, l10n.t('Share to test with; 0 for none'), '0')
  if (test === undefined) return
  const ways = [
    {
      label: l10n.t('Write lists'),
      description: l10n.t('train.txt and val.txt; moves nothing'),
      copy: false,
    },
    {
      label: l10n.t('Copy into a new folder…'),
      description: l10n.t('images and labels, twice the space'),
      copy: true,
    },
  ]
  const way = await window.showQuickPick(ways, { title })
  if (!way) return
  const target = way.copy ? await chooseFolder(l10n.t('Folder to put the copies into')) : undefined
  if (way.copy && target === undefined) return
  const options = {
    ...{ val, test, seed: 0 },
    ...(target === undefined ? {} : { copyTo: freeFolder(target, `${basename(folder)}-split`) }),
  }
  const overwrite = !way.copy && (await mayReplace(folder))
  if (overwrite === undefined) return
  const report = await busy(l10n.t('dividing {0}', folder), () =>
    splitFolder(folder, { ...options, overwrite }),
  )
  const { counts } = report
  context.channel.info(
    l10n.t(
      '{0} to train on, {1} to validate with, {2} to test with',
      counts.train,
      counts.val,
      counts.test,
    ),
  )
  await writeConfig(context, options.copyTo ?? folder)
}

/** Undefined when the user backs out; false where nothing would be replaced. */
async function mayReplace(folder: string): Promise<boolean | undefined> {
  const there = ['train.txt', 'val.txt', 'test.txt'].filter((name) =>
    existsSync(join(folder, name)),
  )
  if (there.length === 0) return false
  const replace = l10n.t('Replace')
  const text = l10n.t('{0} has {1} already. Replace them?', folder, there.join(', '))
  return (await window.showWarningMessage(text, { modal: true }, replace)) === replace || undefined
}

async function askShare(title: string, prompt: string, value: string): Promise<number | undefined> {
  const answer = await window.showInputBox({
    ...{ title, prompt, value },
    validateInput: (text) =>
      text.trim() === '0' && value === '0' ? undefined : validate.share(text),
  })
  return answer === undefined ? undefined : Number(answer)
}

async function chooseFolder(title: string): Promise<string | undefined> {
  const open = workspace.workspaceFolders?.[0]?.uri
  const [folder] =
    (await window.showOpenDialog({
      ...{ title, canSelectFiles: false, canSelectFolders: true, openLabel: l10n.t('Choose') },
      ...(open ? { defaultUri: open } : {}),
    })) ?? []
  return folder?.fsPath
}

function freeName(folder: string, name: string): string {
  for (let n = 1; ; n++) {
    const file = join(folder, `${name}${n === 1 ? '' : n}.yaml`)
    if (!existsSync(file)) return file
  }
}

function freeFolder(parent: string, name: string): string {
  for (let n = 1; ; n++) {
    const path = join(parent, `${name}${n === 1 ? '' : n}`)
    if (!existsSync(path)) return path
  }
}
