import { homedir } from 'node:os'
import * as l10n from '@vscode/l10n'
import { ConfigurationTarget, Uri, window, workspace } from 'vscode'
import { engines } from '../../engines/common/ownFlags'
import { busy, type CommandContext } from '../commands/context'
import { settings } from '../contributions'
import { chooseEngine, readinessOf } from '../form/readiness'
import { showLine } from '../notify'
import { pythonSettings } from '../python/interpreter'
import { findInterpreters, lookAt, pythonItem } from './interpreters'

/** Chooses what trains, and says what that comes to here. */
export async function selectEngine({ checkouts, channel }: CommandContext): Promise<void> {
  await checkouts.search()
  const root = checkouts.selected?.root
  const folder = scope(root)
  const configuration = workspace.getConfiguration(settings.section, folder)
  const current = configuration.get<string>(settings.engine, 'auto')
  const texts = {
    auto: l10n.t('PyTorch where it is ready, else built-in'),
    pytorch: l10n.t('PyTorch: the checkout’s own scripts'),
    builtin: l10n.t('Built-in: needs no Python'),
  }
  const items = engines.map((label) => ({
    label,
    description: [label === current ? l10n.t('current') : '', texts[label]]
      .filter(Boolean)
      .join(' · '),
  }))
  const picked = await window.showQuickPick(items, { title: l10n.t('Select engine') })
  if (!picked) return
  await configuration.update(settings.engine, picked.label, target())
  if (picked.label === 'builtin' || root === undefined || !workspace.isTrusted) return
  const readiness = await readinessOf(root, await pythonSettings(Uri.file(root)))
  const { engine } = chooseEngine(picked.label, true, readiness)
  if (readiness.kind === 'ready') {
    showLine(channel, { level: 'info', text: readiness.text })
    return
  }
  const { message, remedy, code } = readiness.error
  const instead = engine === 'builtin' ? ` ${l10n.t('The built-in engine trains instead.')}` : ''
  showLine(channel, { level: 'warn', text: `${message} ${remedy} [${code}]${instead}` })
}

/** Lists the interpreters that are there, with what each has, and writes the setting. */
export async function selectPython({ checkouts }: CommandContext): Promise<void> {
  await checkouts.search()
  const root = checkouts.selected?.root
  const folder = scope(root)
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)
  const configuration = workspace.getConfiguration(settings.section, folder)
  // What is set would hide what is active.
  const { active } = folder ? await pythonSettings(folder, { ignoreSetting: true }) : {}
  const looked = await busy(l10n.t('looking for Python'), async () => {
    const found = await findInterpreters({
      folders: [...new Set([...folders, ...(root === undefined ? [] : [root])])],
      ...{ home: homedir(), env: process.env, platform: process.platform },
      ...(active === undefined ? {} : { active }),
    })
    return lookAt(found, root)
  })
  const set = configuration.get<string>(settings.python, '')
  const automatic = {
    label: `$(circle-slash) ${l10n.t('Automatic')}`,
    description: l10n.t('the active interpreter of the Python extension, else python3'),
  }
  const browse = { label: `$(folder-opened) ${l10n.t('Browse…')}` }
  const items = [...looked.map(pythonItem), ...(set === '' ? [] : [automatic]), browse]
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Select Python'),
    placeHolder: set === '' ? l10n.t('Which interpreter trains?') : l10n.t('Now: {0}', set),
    matchOnDescription: true,
  })
  if (!picked) return
  const path =
    picked === browse
      ? (await window.showOpenDialog({ title: l10n.t('Python interpreter') }))?.[0]?.fsPath
      : 'path' in picked
        ? String(picked.path)
        : ''
  if (path === undefined) return
  await configuration.update(settings.python, path === '' ? undefined : path, target())
}

/** Choices belong to the workspace; without one, to the person. */
function target(): ConfigurationTarget {
  const open = (workspace.workspaceFolders?.length ?? 0) > 0
  return open ? ConfigurationTarget.Workspace : ConfigurationTarget.Global
}

function scope(root: string | undefined): Uri | undefined {
  return root === undefined ? workspace.workspaceFolders?.[0]?.uri : Uri.file(root)
}
