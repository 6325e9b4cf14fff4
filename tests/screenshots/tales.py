"""What is written in the pictures: real sentences, so that the page looks as it does to a reader."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tale:
    """An idea, its wishes, and the story and next part that the fake model tells for it."""

    idea: str
    options: dict[str, object]
    text: str
    others: tuple[str, ...]
    long_title: str


ENGLISH = Tale(
    idea="A fox who is afraid of the dark finds a lantern",
    options={"language": "en", "protagonist": "Yuki", "age": 6, "genre": "bedtime", "tone": "gentle"},
    text="""\
At the edge of the beech wood, under the roots of the oldest tree, lived a small fox called Yuki. She could jump \
across the brook without wetting a whisker, and she knew seven songs by heart. But when the sun went down behind the \
hill, Yuki went home, and not even the smell of ripe blackberries could bring her out again.

“What is it about the dark?” asked the hedgehog, who liked the dark very much.

“It has no edges,” said Yuki. “I never know where it stops.”

One evening, when the wind had blown the last leaves from the trees, something glimmered beside the path. It was a \
lantern, an old one, with a dent in its side and a little flame that leaned this way and that as if it were looking \
for somebody.

“I am looking for somebody,” said the lantern. “Somebody to carry me. I am quite afraid to stand here alone.”

Yuki looked at the lantern for a long time. Then she took its handle between her teeth, very carefully, and lifted it \
up. The light ran ahead of her over the roots and the moss, and wherever it touched the dark, the dark had an edge.

They walked to the brook and back. They walked to the hill, where the owl was counting stars and had lost her place. \
And when they came home, Yuki noticed that she had forgotten to be afraid since the third tree.

“Shall we go again tomorrow?” asked the lantern.

“Tomorrow,” said Yuki, and yawned, “I will show you the dark behind the hill. It is the best one.\"""",
    others=(
        "A lighthouse keeper who collects lost sounds",
        "The last bus of the night stops at a place on no map",
        "Two snails who race for a whole summer",
        "A detective cat and the case of the missing socks",
    ),
    long_title=(
        "A very small dragon who lives in the oven of a bakery in a town by the sea, and who would rather bake bread "
        "than breathe fire, and the baker's daughter, who is the only one that knows"
    ),
)

JAPANESE = Tale(
    idea="暗やみがこわいきつねが、ふしぎなランタンを見つける話",
    options={"language": "ja", "protagonist": "ゆき", "age": 6, "genre": "bedtime", "tone": "gentle"},
    text="""\
ぶなの森のはずれ、いちばん古い木の根もとに、ゆきという小さなきつねがすんでいました。小川をひとっとびにこえられましたし、\
歌も七つおぼえていました。けれども、お日さまが丘のむこうにしずむと、ゆきはすぐに家へかえってしまいます。じゅくした\
木いちごのにおいがしても、もうでてきません。

「暗やみの、なにがこわいの」と、暗やみが大すきなはりねずみがききました。

「はしっこがないの」と、ゆきはいいました。「どこでおわるのか、ちっともわからないんだもの」

さいごの葉っぱが風にとばされた、ある夕ぐれのことです。道ばたで、なにかがちらりと光りました。わきばらのへこんだ、\
古いランタンでした。小さなほのおが、だれかをさがすように、あっちへゆれ、こっちへゆれています。

「だれかをさがしているんだ」と、ランタンはいいました。「ぼくをもってくれるだれかを。ここにひとりで立っているのは、\
とてもこわいから」

ゆきは長いことランタンを見ていました。それから、そっと取っ手をくわえて、もちあげました。光は、根っこやこけの上を、\
ゆきよりさきにかけていきます。そして光のふれたところでは、暗やみに、ちゃんとはしっこがありました。

ふたりは小川まで行って、もどってきました。丘の上では、ふくろうが星をかぞえていて、どこまでかぞえたかわすれて\
しまったところでした。家についたとき、ゆきは気がつきました。三本めの木から、こわがるのをわすれていたのです。

「あしたも行こうか」と、ランタンがききました。

「あしたはね」と、ゆきはあくびをしながらいいました。「丘のむこうの暗やみを見せてあげる。あそこのが、いちばん\
すてきなの」""",
    others=(
        "落とし物の「音」を集める灯台守",
        "地図にない停留所に止まる、夜の最終バス",
        "ひと夏かけて競走する二匹のかたつむり",
        "名探偵ねこと消えたくつしたの謎",
    ),
    long_title=(
        "海辺の町のパン屋のかまどに住んでいて、火をふくよりもパンを焼くほうがずっと好きな、とても小さな竜と、"
        "そのことを知っているただひとりの女の子の、長い長い冬のお話"
    ),
)
