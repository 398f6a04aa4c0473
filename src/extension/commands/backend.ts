import { homedir } from 'node:os'
import * as l10n from '@vscode/l10n'
import { window } from 'vscode'
import { showLine } from '../notify'
import { busy, type CommandContext } from './context'

/** Fetches what the built-in engine can compute on, and lets it compute; npm's words go to the log. */
export async function installBackend({ channel, program }: CommandContext): Promise<void> {
  const kinds = [
    { label: 'webgpu', description: l10n.t('any GPU with a Vulkan, Metal or Direct3D 12 driver') },
    { label: 'cuda', description: l10n.t('NVIDIA, with CUDA 11 and cuDNN 8 installed') },
    { label: 'native', description: l10n.t('the CPU, through TensorFlow') },
  ]
  const picked = await window.showQuickPick(kinds, {
    title: l10n.t('Install a backend of the built-in engine'),
    placeHolder: l10n.t('npm fetches it into a folder of the extension’s own'),
  })
  if (!picked) return
  channel.info(`yolov5-slim backend install ${picked.label}`)
  channel.show(true)
  await busy(l10n.t('installing {0}', picked.label), () =>
    program.run(['backend', 'install', picked.label], homedir(), (line) => channel.info(line)),
  )
  showLine(channel, { level: 'info', text: l10n.t('{0} is installed and works', picked.label) })
}
