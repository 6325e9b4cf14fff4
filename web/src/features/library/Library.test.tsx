import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { showIn } from '../../i18n/setup';
import { fakeApi, json, problem } from '../../test/fakeApi';
import { renderApp } from '../../test/renderApp';
import { aPrompt, aStory } from '../../test/stories';

const LIST = 'GET /prompts';
const fox = aPrompt({ id: '1', content: 'A fox who is afraid of the dark' });
const whale = aPrompt({
  id: '2',
  content: 'くじらの図書館',
  stories: [aStory({ status: 'failed' })],
});

describe('the library', () => {
  let api: ReturnType<typeof fakeApi>;
  beforeEach(() => {
    api = fakeApi();
  });

  function has(...prompts: unknown[]) {
    api.on(LIST, () => json({ items: prompts, next_cursor: null }));
  }

  it('gives a newcomer two sample stories to read', async () => {
    const user = userEvent.setup();
    renderApp();
    expect(screen.getByText('Loading…')).toBeInTheDocument();
    expect(await screen.findByText('No stories yet')).toBeVisible();
    expect(screen.getByRole('link', { name: '黄色い傘' })).toHaveAttribute('lang', 'ja');
    await user.click(screen.getByRole('link', { name: 'The Snail Post' }));
    expect(await screen.findByText(/Everyone in Thistle Lane/)).toBeVisible();
    expect(screen.getByRole('heading', { name: 'The Snail Post' })).toBeVisible();
  });

  it('lists what there is, with its state and in its language', async () => {
    has(fox, whale);
    renderApp();
    expect(await screen.findByRole('link', { name: fox.content })).toHaveAttribute('lang', 'en');
    expect(screen.getByRole('link', { name: whale.content })).toHaveAttribute('lang', 'ja');
    expect(screen.getByText('Failed')).toBeVisible();
    expect(screen.queryByText('The Snail Post')).not.toBeInTheDocument();
  });

  it('loads more on request', async () => {
    api.on(LIST, ({ query }) =>
      query.get('cursor') === 'next'
        ? json({ items: [whale], next_cursor: null })
        : json({ items: [fox], next_cursor: 'next' }),
    );
    const user = userEvent.setup();
    renderApp();
    await user.click(await screen.findByRole('button', { name: 'Show more' }));
    expect(await screen.findByRole('link', { name: whale.content })).toBeVisible();
    expect(screen.getByRole('link', { name: fox.content })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument();
  });

  it('is searched on the server', async () => {
    api.on(LIST, ({ query }) => json({ items: query.has('q') ? [] : [fox], next_cursor: null }));
    const user = userEvent.setup();
    renderApp();
    await user.click(await screen.findByRole('searchbox'));
    await user.paste('wolf');
    expect(await screen.findByText('Nothing found for “wolf”.')).toBeVisible();
    expect(api.calls(LIST).map(({ query }) => query.get('q'))).toEqual([null, 'wolf']);
    await user.click(screen.getByRole('button', { name: 'Clear the search' }));
    expect(await screen.findByRole('link', { name: fox.content })).toBeVisible();
  });

  it('asks before it deletes', async () => {
    has(fox);
    api.on('DELETE /prompts/1', () => {
      has();
      return new Response(null, { status: 204 });
    });
    const user = userEvent.setup();
    renderApp();
    const button = await screen.findByRole('button', { name: `Delete “${fox.content}”` });

    await user.click(button);
    const dialog = await screen.findByRole('alertdialog', { name: 'Delete this story?' });
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => {
      expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument();
    });
    expect(api.calls('DELETE /prompts/1')).toHaveLength(0);

    await user.click(button);
    await user.click(
      within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Delete' }),
    );
    expect(await screen.findByText('Deleted.')).toBeVisible();
    expect(screen.queryByRole('link', { name: fox.content })).not.toBeInTheDocument();
    expect(await screen.findByText('No stories yet')).toBeVisible();
  });

  it('keeps what it could not delete, and says so', async () => {
    has(fox);
    api.on('DELETE /prompts/1', () => problem(500));
    const user = userEvent.setup();
    renderApp();
    await user.click(await screen.findByRole('button', { name: /^Delete/ }));
    await user.click(
      within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Delete' }),
    );
    expect(await screen.findByText('It could not be deleted.')).toBeVisible();
    expect(screen.getByRole('link', { name: fox.content })).toBeVisible();
  });

  it('says why it could not be loaded, and tries again', async () => {
    api.on(LIST, () => problem(500));
    const user = userEvent.setup();
    renderApp();
    expect(await screen.findByText('Your stories could not be loaded.')).toBeVisible();
    has(fox);
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: fox.content })).toBeVisible();
  });

  it('speaks Japanese', async () => {
    await showIn('ja');
    has(whale);
    renderApp();
    expect(await screen.findByRole('heading', { name: 'あなたのお話' })).toBeVisible();
    expect(await screen.findByText('失敗')).toBeVisible();
  });

  it('changes its language at once, and remembers it', async () => {
    const user = userEvent.setup();
    renderApp();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Language' }), '日本語');
    expect(await screen.findByRole('heading', { name: 'あなたのお話' })).toBeVisible();
    expect(document.documentElement.lang).toBe('ja');
    expect(localStorage.getItem('storybot.language')).toBe('ja');
  });

  it('changes its theme at once, and remembers it', async () => {
    const user = userEvent.setup();
    renderApp();
    const theme = screen.getByRole('combobox', { name: 'Theme' });
    await user.selectOptions(theme, 'Dark');
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(localStorage.getItem('storybot.theme')).toBe('dark');
    await user.selectOptions(theme, 'System');
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });
});
