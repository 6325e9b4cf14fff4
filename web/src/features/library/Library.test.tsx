import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { showIn } from '../../i18n/setup';
import { fakeApi, json, problem } from '../../test/fakeApi';
import { renderApp } from '../../test/renderApp';
import { aListed, aStory, aSummary } from '../../test/stories';

const LIST = 'GET /prompts';
const fox = aListed({ id: '1', content: 'A fox who is afraid of the dark' });
const whale = aListed({
  id: '2',
  content: 'くじらの図書館',
  stories: [aSummary({ status: 'failed' })],
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
    expect(screen.getByText('Failed', { selector: '[data-status]' })).toBeVisible();
    expect(screen.queryByText('The Snail Post')).not.toBeInTheDocument();
  });

  it('loads more by itself as the end comes near', async () => {
    api.on(LIST, ({ query }) =>
      query.get('cursor') === 'next'
        ? json({ items: [whale], next_cursor: null })
        : json({ items: [fox], next_cursor: 'next' }),
    );
    renderApp();
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

  it('narrows itself down to favourites, a state and a language, and keeps that in the address', async () => {
    has(fox);
    const user = userEvent.setup();
    const { router } = renderApp();
    await user.click(await screen.findByRole('button', { name: 'Favourites' }));
    await user.selectOptions(screen.getByRole('combobox', { name: 'State' }), 'Finished');
    const filters = screen.getByRole('group', { name: 'Show only' });
    await user.selectOptions(
      within(filters).getByRole('combobox', { name: 'Story language' }),
      'Japanese',
    );
    await waitFor(() => {
      const query = api.calls(LIST).at(-1)?.query;
      expect(query?.get('favourite')).toBe('true');
      expect(query?.getAll('status')).toEqual(['finished']);
      expect(query?.get('language')).toBe('ja');
    });
    expect(router.state.location.search).toBe('?favourites=1&state=finished&language=ja');
  });

  it('comes up with the filter of its address, and says when nothing passes', async () => {
    api.on(LIST, ({ query }) =>
      json({ items: query.has('status') ? [] : [fox], next_cursor: null }),
    );
    renderApp('/?state=failed');
    expect(await screen.findByText('Nothing here with these filters.')).toBeVisible();
    expect(screen.getByRole('combobox', { name: 'State' })).toHaveValue('failed');
  });

  it('marks the words that were searched for, in titles and in stories', async () => {
    const excerpt = { story_id: 's', text: '…and the old FOX slept…' };
    has({ ...fox, excerpt });
    renderApp('/?q=fox');
    const link = await screen.findByRole('link', { name: fox.content });
    expect(link).toHaveAttribute('href', '/prompts/1?story=s');
    const marks = await screen.findAllByText(/fox/i, { selector: 'mark' });
    expect(marks.map(({ textContent }) => textContent)).toEqual(['fox', 'FOX']);
  });

  it('shows a favourite at once, and takes it back when the server refuses', async () => {
    has(fox);
    const answers = [new Response(null, { status: 204 }), problem(500)];
    api.on('PUT /prompts/1/favourite', () => {
      const answer = answers.shift() ?? problem(500);
      if (answer.ok) has({ ...fox, favourite: true });
      return answer;
    });
    api.on('DELETE /prompts/1/favourite', () => problem(500));
    const user = userEvent.setup();
    renderApp();
    const star = await screen.findByRole('button', { name: `Favourite: “${fox.content}”` });
    expect(star).toHaveAttribute('aria-pressed', 'false');
    await user.click(star);
    expect(star).toHaveAttribute('aria-pressed', 'true');
    await user.click(star);
    expect(await screen.findByText('The favourite could not be stored.')).toBeVisible();
    expect(star).toHaveAttribute('aria-pressed', 'true');
  });

  it('deletes into the trash, from which one click brings it back', async () => {
    has(fox);
    api
      .on('DELETE /prompts/1', () => {
        has();
        return new Response(null, { status: 204 });
      })
      .on('POST /trash/1/restore', () => {
        has(fox);
        return new Response(null, { status: 204 });
      });
    const user = userEvent.setup();
    renderApp();
    await user.click(await screen.findByRole('button', { name: `Delete “${fox.content}”` }));
    expect(await screen.findByText('No stories yet')).toBeVisible();
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(await screen.findByRole('link', { name: fox.content })).toBeVisible();
  });

  it('keeps what it could not delete, and says so', async () => {
    has(fox);
    api.on('DELETE /prompts/1', () => problem(500));
    const user = userEvent.setup();
    renderApp();
    await user.click(await screen.findByRole('button', { name: /^Delete/ }));
    expect(await screen.findByText('It could not be deleted.')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Dismiss' })).toBeVisible();
    expect(screen.getByRole('link', { name: fox.content })).toBeVisible();
  });

  it('sees by itself that a story was finished', async () => {
    const story = aSummary({ status: 'writing' });
    has({ ...fox, stories: [story] });
    api.on(`GET /stories/${story.id}`, () => json(aStory({ prompt_id: fox.id, text: 'The end.' })));
    renderApp();
    expect(await screen.findByText('Writing', { selector: '[data-status]' })).toBeVisible();
    await waitFor(() => {
      expect(screen.queryByText('Writing', { selector: '[data-status]' })).not.toBeInTheDocument();
    });
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
    expect(await screen.findByText('失敗', { selector: '[data-status]' })).toBeVisible();
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
