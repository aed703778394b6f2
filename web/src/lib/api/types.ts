// The API's shapes, by the names that the app uses. Generated from api/openapi.yaml, which `npm run api` reads.

import type { components } from './schema';

type Schemas = components['schemas'];

export type Content = Schemas['Content'];
export type ContentPage = Schemas['ContentPage'];
export type ContentType = Schemas['ContentType'];
export type ContentState = Schemas['ContentState'];
export type Visibility = Schemas['Visibility'];
export type User = Schemas['User'];
export type PublicUser = Schemas['PublicUser'];
export type Session = Schemas['Session'];
export type LiveSession = Schemas['LiveSession'];
export type Playback = Schemas['Playback'];
export type UploadTicket = Schemas['UploadTicket'];
export type SingleUpload = Schemas['SingleUpload'];
export type Problem = Schemas['Problem'];
export type Media = NonNullable<Schemas['Media']>;
export type Failure = NonNullable<Schemas['Failure']>;

export const contentTypes: readonly ContentType[] = ['music', 'podcast', 'video'];
export const visibilities: readonly Visibility[] = ['public', 'unlisted', 'private'];
