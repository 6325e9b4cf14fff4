export const text = `Everyone in Thistle Lane sent their letters by swallow, because swallows were fast. Only old Mrs. Vole sent hers by Bertram, who was a snail.

“You do know,” Bertram told her every spring, “that it is four gardens to your sister’s. It will take me a week.”

“A week is lovely,” said Mrs. Vole, and tied the letter to his shell with blue thread.

So Bertram set off. On Monday he crossed the cabbages. On Tuesday it rained, and he tucked the letter under him and listened to the drops. On Wednesday he met a beetle lying on her back, and since he had no need to hurry, he stopped and tipped her over. She was so pleased that she told him the news of the whole hedge. On Thursday he passed a bluebell just as it was opening, which takes all morning, and which no swallow has ever seen.

By the time he came to the end of the fourth garden it was Sunday evening, and Mrs. Vole’s sister was at her gate, as she had been every evening, looking down the path.

“Here you are!” she cried. “Tell me everything.”

For that was the thing about letters by swallow. They came before breakfast, they said “All well, love to you,” and the swallow was gone again. But Bertram came in, and ate a lettuce leaf, and told her about the cabbages and the rain, and what was new in the hedge, and how, exactly, a bluebell opens. It took until the moon was up. She laughed twice and cried once, and by the end it was as if she had walked the four gardens herself, on legs that no longer could.

Only then did she untie the blue thread and open the letter. It was very short.

“Dear Hazel,” it said, “I am sending you the whole week. Your Poppy.”

Hazel read it, and folded it small, and put it with the others. Then she fetched her pen and wrote an answer, and in the morning Bertram set off, four gardens home, carrying a week in the other direction.`;
