import { recall, remember } from './storage';

export type Theme = 'system' | 'light' | 'dark';
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const isTheme = (value: unknown): value is Theme => themes.includes(value as Theme);

class ThemeState {
  value = $state<Theme>(recall('theme', 'system', isTheme));

  set(value: Theme): void {
    this.value = value;
    remember('theme', value);
    this.apply();
  }

  apply(): void {
    if (this.value === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.value;
  }
}

export const theme = new ThemeState();
