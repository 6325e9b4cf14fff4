import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { fakeApi, json, problem } from '../../test/fakeApi';
import { renderApp } from '../../test/renderApp';
import { aListed } from '../../test/stories';
import { isOfThisMachineOnly } from './joinAddress';

const none = () => new Response(null, { status: 204 });
const fox = aListed({ content: 'A fox' });
const owl = aListed({ id: fox.id.replace(/1$/, '9'), content: 'An owl' });

let api: ReturnType<typeof fakeApi>;
let saved: string[];

beforeEach(() => {
  api = fakeApi();
  saved = ['library', 'precache'];
  vi.stubGlobal('caches', {
    delete: (name: string) => {
      saved = saved.filter((one) => one !== name);
      return Promise.resolve(true);
    },
  });
});

const has = (...items: unknown[]) => {
  api.on('GET /prompts', () => json({ items, next_cursor: null }));
};

describe('the page about devices', () => {
  it('makes a link that is copied, and a new one in its place', async () => {
    let made = 0;
    api.on('POST /library/links', () =>
      json({ code: `code-${++made}`, expires_at: '2026-11-22T10:15:00Z' }, 201),
    );
    const user = userEvent.setup();
    renderApp('/devices');
    expect(await screen.findByText(/This address works on this device only/)).toBeVisible(); // it is localhost
    await user.click(await screen.findByRole('button', { name: 'Make a link' }));
    const link = await screen.findByRole<HTMLInputElement>('textbox', {
      name: 'Link to your stories',
    });
    expect(link).toHaveValue(`${window.location.origin}/join#code-1`);
    expect(link).toHaveFocus();
    expect(screen.getByRole('img', { name: 'The link as a QR code' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Copy the link' }));
    expect(await navigator.clipboard.readText()).toBe(link.value);

    await user.click(screen.getByRole('button', { name: 'Make a new link' }));
    await waitFor(() => {
      expect(screen.getByRole('textbox', { name: 'Link to your stories' })).toHaveValue(
        `${window.location.origin}/join#code-2`,
      );
    });
  });

  it('says when no link could be made', async () => {
    api.on('POST /library/links', () => problem(503));
    const user = userEvent.setup();
    renderApp('/devices');
    await user.click(await screen.findByRole('button', { name: 'Make a link' }));
    expect(await screen.findByText('The link could not be made.')).toBeVisible();
  });

  it('leaves the device only when that is confirmed, and then keeps nothing of the stories', async () => {
    has(fox);
    api.on('DELETE /device', () => {
      has();
      return none();
    });
    localStorage.setItem('storybot.draft', JSON.stringify({ content: 'A secret idea' }));
    localStorage.setItem('storybot.submission', '{}');
    localStorage.setItem('storybot.theme', 'dark');
    const user = userEvent.setup();
    renderApp();
    await screen.findByRole('link', { name: 'A fox' });
    await user.click(screen.getByRole('link', { name: 'Devices' }));
    const leave = await screen.findByRole('button', { name: 'Leave this device' });
    await user.click(leave);
    const asked = await screen.findByRole('alertdialog', { name: 'Leave this device?' });
    await user.click(within(asked).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => {
      expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument();
    });
    expect(api.calls('DELETE /device')).toHaveLength(0);

    await user.click(leave);
    await user.click(
      within(await screen.findByRole('alertdialog')).getByRole('button', {
        name: 'Leave this device',
      }),
    );
    expect(await screen.findByText(/You have left/)).toBeVisible();
    expect(await screen.findByText('No stories yet')).toBeVisible();
    expect(screen.queryByText('A fox')).not.toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: 'Your idea' })).toHaveValue('');
    expect(Object.keys(localStorage)).toEqual(['storybot.theme']);
    expect(saved).toEqual(['precache']);
  });

  it('keeps everything when the server did not answer', async () => {
    has(fox);
    api.on('DELETE /device', () => problem(503));
    localStorage.setItem('storybot.draft', JSON.stringify({ content: 'A secret idea' }));
    const user = userEvent.setup();
    renderApp('/devices');
    await user.click(await screen.findByRole('button', { name: 'Leave this device' }));
    await user.click(
      within(await screen.findByRole('alertdialog')).getByRole('button', {
        name: 'Leave this device',
      }),
    );
    expect(await screen.findByText(/this device could not be left/)).toBeVisible();
    expect(saved).toContain('library');
    expect(localStorage.getItem('storybot.draft')).toContain('A secret idea');
  });
});

it.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['[::1]', true],
  ['storybot.localhost', true],
  ['storybot.example', false],
  ['192.168.0.7', false],
  ['localhost.example', false],
])('%s means this device only: %s', (hostname, expected) => {
  expect(isOfThisMachineOnly(hostname)).toBe(expected);
});

describe('a link from another device', () => {
  it('changes nothing before it is confirmed, and then shows the other stories', async () => {
    has(fox);
    api.on('POST /library/join', ({ body }) => {
      expect(body).toEqual({ code: 'a-code' });
      has(fox, owl);
      return none();
    });
    const user = userEvent.setup();
    const { router } = renderApp('/join#a-code');
    const confirm = await screen.findByRole('button', { name: 'Show them here' });
    expect(screen.getByText(/Go on only if it is your own link/)).toBeVisible();
    expect(api.calls('POST /library/join')).toHaveLength(0);
    await user.click(confirm);
    expect(await screen.findByRole('link', { name: 'An owl' })).toBeVisible();
    expect(screen.getByText('Both devices have the same stories now.')).toBeVisible();
    expect(router.state.location).toMatchObject({ pathname: '/', hash: '' });
    expect(saved).toEqual(['precache']);
  });

  it.each([
    ['/join', 204],
    ['/join#unknown', 404],
    ['/join#too-long', 422],
  ])('that is none says where to get one: %s', async (address, status) => {
    api.on('POST /library/join', () => problem(status));
    const user = userEvent.setup();
    renderApp(address);
    await screen.findByRole('heading', { name: 'Show your stories here?' });
    const confirm = screen.queryByRole('button', { name: 'Show them here' });
    if (confirm !== null) await user.click(confirm);
    expect(await screen.findByText('This link does not work any more')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Show them here' })).not.toBeInTheDocument();
    expect(saved).toContain('library');
  });

  it('that is opened in the place of a bad one is asked about anew', async () => {
    api.on('POST /library/join', () => problem(404));
    const user = userEvent.setup();
    const { router } = renderApp('/join#bad');
    await user.click(await screen.findByRole('button', { name: 'Show them here' }));
    await screen.findByText('This link does not work any more');
    await act(() => router.navigate('/join#good'));
    expect(await screen.findByRole('button', { name: 'Show them here' })).toBeVisible();
    expect(screen.queryByText('This link does not work any more')).not.toBeInTheDocument();
  });

  it('can be tried again when the server did not answer', async () => {
    api.on('POST /library/join', () => problem(503));
    const user = userEvent.setup();
    renderApp('/join#a-code');
    await user.click(await screen.findByRole('button', { name: 'Show them here' }));
    expect(await screen.findByText('The stories could not be shown here.')).toBeVisible();
    api.on('POST /library/join', none);
    await user.click(screen.getByRole('button', { name: 'Show them here' }));
    expect(await screen.findByText('Both devices have the same stories now.')).toBeVisible();
  });
});
