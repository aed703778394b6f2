import { t } from '../strings';

export const titled = (title?: string) => (title ? `${title} · ${t.name}` : t.name);
