import type { VariableName } from '../contract/environment.ts';
import type { EnvironmentValues, Setting } from './environment-values.ts';

/** Typed access to settings; a setting that is wrong reads as absent. */
export interface SettingReader {
  /** Empty when absent. */
  text: (name: VariableName) => string;
  number: (name: VariableName) => number;
  flag: (name: VariableName) => boolean;
  setting: (name: VariableName) => Setting | undefined;
  /** Whether the variable was set to something that cannot be. */
  isWrong: (name: VariableName) => boolean;
}

export function settingReader({ settings, errors }: EnvironmentValues): SettingReader {
  const text = (name: VariableName): string => settings.get(name)?.text ?? '';
  return {
    text,
    number: (name) => Number(text(name)),
    flag: (name) => text(name).toLowerCase() === 'true',
    setting: (name) => settings.get(name),
    isWrong: (name) => errors.some((error) => error.setting === name),
  };
}
