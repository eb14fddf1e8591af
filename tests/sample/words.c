/* tests/sample/words.c -- see words.h */
#include "tests/sample/words.h"

#include <ctype.h>
#include <string.h>

static const char *const forenames[] = {
    "Ottoline", "Barnaby",   "Clementine", "Tobias",   "Peregrine", "Marigold",   "Ignatius",
    "Philippa", "Cornelius", "Araminta",   "Leopold",  "Tabitha",   "Rupert",     "Henrietta",
    "Ambrose",  "Cordelia",  "Fitzroy",    "Beatrix",  "Lysander",  "Rosalind",   "Mortimer",
    "Saffron",  "Thaddeus",  "Juniper",    "Horatio",  "Winifred",  "Benedict",   "Primrose",
    "Augustus", "Eulalia",   "Jasper",     "Hyacinth", "Linus",     "Petronella", "Quentin",
    "Isolde",   "Rafferty",  "Clover",     "Solomon",  "Dulcie",    "Amadou",     "Zainab",
    "Jarek",    "Nerys",     "Iolo",       "Padma",    "Kofi",      "Mirela",     "Tomos",
    "Leila"
};
static const char *const name_heads[] = {
    "Quill",  "Thistle", "Bramble", "Marrow", "Fern",   "Pepper", "Wobble", "Larks",
    "Ember",  "Copper",  "Button",  "Tinder", "Gossa",  "Pickle", "Nettle", "Candle",
    "Saddle", "Hazel",   "Bristle", "Crumb",  "Dapple", "Mistle", "Plum",   "Rumble",
    "Sorrel", "Tumble",  "Whistle", "Bobbin", "Cinder", "Drizzle"
};
static const char *const name_tails[] = {
    "feather", "wick", "worth", "bottom", "down", "thatch", "mere",  "berry", "bury",
    "dew",     "snap", "stone", "well",   "ton",  "ley",    "croft", "penny", "sworth",
    "gate",    "hill", "brook", "shaw",   "cote", "lock",   "field", "marsh"
};
static const char *const lanes[] = {
    "Thimble Lane",  "Cuckoo Row",    "Gingerbread Walk",  "Old Ferry Road", "Kettle Street",
    "Lantern Close", "Puddle Lane",   "Weathercock Hill",  "Orchard Rise",   "Spindle Court",
    "Bell Meadow",   "Nine Elms Way", "Copperbeech Drive", "Hop Yard",       "Slate Terrace"
};
static const char *const places[] = {
    "Marrowbridge",    "Little Fennimore", "Pocklebury",     "Upper Drizzlecombe",
    "Wigwell",         "Crumpet St Mary",  "Hobbling Magna", "Netherspoon",
    "Quaverley",       "Tiddingham",       "Dunsparrow",     "Eastpuddle",
    "Gallopers Cross", "Mumblecote",       "Saltwhistle"
};
static const char *const publishers[] = { "Lantern & Lark",    "Drizzlecombe Press",
                                          "Three Herons",      "Kettle & Daughters",
                                          "Marrowdale Books",  "Paper Otter",
                                          "Weathercock Press", "The Quiet Printer",
                                          "Saltwhistle House", "Ninepence Editions" };

static const char *const adjectives[] = {
    "Silent", "Crooked", "Borrowed",  "Salt",   "Paper",     "Winter", "Hidden",   "Last",
    "Glass",  "Patient", "Scarlet",   "Hollow", "Distant",   "Velvet", "Unlikely", "Copper",
    "Broken", "Seventh", "Wandering", "Quiet",  "Forgotten", "Amber",  "Second",   "Northern"
};
static const char *const nouns[] = {
    "Orchard",      "Lighthouse", "Ledger",  "Ferry",       "Clockmaker", "Garden",
    "Heron",        "Bridge",     "Letter",  "Tide",        "Lantern",    "Kitchen",
    "Mapmaker",     "Aviary",     "Harvest", "Attic",       "Quarry",     "Piano",
    "Canal",        "Beekeeper",  "Winter",  "Inheritance", "Pavilion",   "Umbrella",
    "Cartographer", "Mill",       "Island",  "Photograph",  "Tower",      "Violin"
};
static const char *const animals[] = { "Badger",   "Otter", "Hedgehog", "Goose",
                                       "Mole",     "Hare",  "Owl",      "Pony",
                                       "Newt",     "Toad",  "Magpie",   "Tortoise",
                                       "Squirrel", "Yak",   "Penguin",  "Wombat" };
static const char *const things[] = { "Wellingtons", "Birthday",   "Balloon",   "Enormous Hat",
                                      "Lost Sock",   "Teapot",     "Snowy Day", "Bath",
                                      "Tractor",     "Loud Noise", "Picnic",    "Moon" };

struct field_of_knowledge {
    const char *topic, *dewey, *subject;
};
static const struct field_of_knowledge knowledge[] = {
    { "Home Networks", "004.68", "Computer networks" },
    { "Clear Thinking", "153.42", "Thought and thinking" },
    { "World Religions", "200", "Religions" },
    { "Folk Tales", "398.2", "Folklore" },
    { "Railways", "385.09", "Railroads--History" },
    { "Household Money", "332.024", "Finance, Personal" },
    { "Family Law", "346.015", "Domestic relations" },
    { "Sign Language", "419", "Sign language" },
    { "Everyday Spanish", "468.3", "Spanish language--Textbooks for foreign speakers" },
    { "Mental Arithmetic", "513.9", "Mental arithmetic" },
    { "Night Skies", "523", "Astronomy--Observers' manuals" },
    { "Weather", "551.5", "Meteorology" },
    { "Fossils", "560", "Fossils" },
    { "Wild Flowers", "582.13", "Wild flowers--Identification" },
    { "Bees", "595.799", "Bees" },
    { "Garden Birds", "598.0723", "Birds--Identification" },
    { "Hares and Rabbits", "599.32", "Hares" },
    { "First Aid", "616.0252", "First aid in illness and injury" },
    { "Sleeping Well", "613.794", "Sleep" },
    { "Old Tractors", "629.2252", "Farm tractors" },
    { "Growing Vegetables", "635", "Vegetable gardening" },
    { "Keeping Hens", "636.5", "Chickens" },
    { "Sheepdogs", "636.737", "Sheep dogs" },
    { "Soup", "641.813", "Soups" },
    { "Baking Bread", "641.815", "Bread" },
    { "Knitting", "746.432", "Knitting" },
    { "Furniture Mending", "684.104", "Furniture--Repairing" },
    { "Watercolour", "751.422", "Watercolor painting" },
    { "Church Bells", "789.5", "Bell ringing" },
    { "Ukulele Playing", "787.89", "Ukulele" },
    { "Card Games", "795.4", "Card games" },
    { "Fell Running", "796.428", "Trail running" },
    { "Narrow Boats", "797.129", "Canals--Recreational use" },
    { "Modern Poetry", "821.92", "English poetry--21st century" },
    { "Writing Your Life", "808.06692", "Autobiography--Authorship" },
    { "Coastal Walks", "914.2", "Walking--Guidebooks" },
    { "Island Travel", "910.4", "Voyages and travels" },
    { "Family History", "929.1", "Genealogy" },
    { "Roman Villas", "936.2", "Romans--Great Britain" },
    { "Home Front Britain", "940.53161", "World War, 1939-1945--Social aspects" },
    { "Village Schools", "942.44", "Education, Rural--History" },
    { "Market Towns", "942.009", "Market towns" }
};

struct tongue {
    const char *code, *subject,
        *label; /* MARC language code; 650; letters of the call number */
    const char *heads[5], *tails[5];
    const char *authors[4][2]; /* surname, forename */
};
static const struct tongue tongues[] = {
    { "fre",
      "French fiction",
      "FRE",
      { "Le jardin", "La maison", "L'été", "Une lettre", "Les élèves" },
      { " des hérons", " sous la forêt", " d'Éloïse", " du garçon muet", " à l'œil bleu" },
      { { "Plumefleur", "Océane" },
        { "Boisgelé", "Gaëtan" },
        { "Ruisselâtre", "Noé" },
        { "Châtaignon", "Inès" } } },
    { "ger",
      "German fiction",
      "GER",
      { "Das Haus", "Der Brief", "Die Gärtnerin", "Ein Frühling", "Die Brücke" },
      { " über dem Fluss", " der Bäckerin", " am Mühlweg", " für Jürgen", " ohne Schlüssel" },
      { { "Federkühn", "Anneliese" },
        { "Moosgräber", "Jörg" },
        { "Süßholz", "Käthe" },
        { "Nebelhöfer", "Till" } } },
    { "pol",
      "Polish fiction",
      "POL",
      { "Dom", "Ogród", "Zaginiony list", "Ścieżka", "Jesień" },
      { " nad jeziorem", " pełen źródeł", " babci Łucji", " w Gęsiej Wólce", " i żółta łódka" },
      { { "Piórkowska", "Żaneta" },
        { "Mgliński", "Zdzisław" },
        { "Gęsiorek", "Łukasz" },
        { "Świetlikowa", "Bożena" } } },
    { "wel",
      "Welsh fiction",
      "WEL",
      { "Y tŷ", "Llythyr", "Yr ardd", "Noson", "Cân" },
      { " ger yr afon", " o'r môr", " dan y sêr", " Siân", " yn y glaw" },
      { { "Plufog", "Gwenllïan" },
        { "ap Niwl", "Macsen" },
        { "Llwynbrigog", "Mabli" },
        { "Tŷ-gwyrdd", "Osian" } } },
    { "vie",
      "Vietnamese fiction",
      "VIE",
      { "Khu vườn", "Lá thư", "Ngôi nhà", "Con thuyền", "Mùa thu" },
      { " bên sông", " của bà", " trong mưa", " và ngọn đèn", " thứ bảy" },
      { { "Mây Trắng", "Thị Sương" },
        { "Lá Bàng", "Văn Cò" },
        { "Đèn Lồng", "Minh" },
        { "Gió Chiều", "Ngọc" } } },
    { "spa",
      "Spanish fiction",
      "SPA",
      { "El niño", "La casa", "Un otoño", "Las cartas", "El jardín" },
      { " de las cigüeñas", " del río", " y la lámpara", " sin corazón", " de Begoña" },
      { { "Plumazul", "Íñigo" },
        { "Nieblares", "Begoña" },
        { "Cigüeñal", "Ángela" },
        { "Farolín", "Efraín" } } },
    { "rus",
      "Russian fiction",
      "RUS",
      { "Дом", "Сад", "Письмо", "Фонарь", "Осень" },
      { " у реки", " под дождём", " бабушки Фёклы", " на краю", " и чайник" },
      { { "Пёрышкина", "Аглая" },
        { "Туманов-Чашкин", "Евсей" },
        { "Лужицын", "Прохор" },
        { "Самоварова", "Глафира" } } },
    { "gre",
      "Greek fiction, Modern",
      "GRE",
      { "Το σπίτι", "Ο κήπος", "Το γράμμα", "Η γέφυρα", "Ένα φθινόπωρο" },
      { " στο ποτάμι", " της γιαγιάς", " με το φανάρι", " χωρίς κλειδί", " του Ιουλίου" },
      { { "Φτερούλη", "Ασημίνα" },
        { "Ομιχλάκης", "Στάθης" },
        { "Φαναρά", "Μυρτώ" },
        { "Νερουλός", "Ηλίας" } } },
    { "ara",
      "Arabic fiction",
      "ARA",
      { "بيت", "حديقة", "رسالة", "جسر", "خريف" },
      { " النهر", " الجدة", " المطر", " الفانوس", " الطيور" },
      { { "ريشة", "سلمى" },
        { "الضبابي", "نديم" },
        { "قنديل", "هالة" },
        { "النوري", "بشير" } } },
    { "chi",
      "Chinese fiction",
      "CHI",
      { "河边的", "祖母的", "雨中的", "第七个", "秋天的" },
      { "花园", "信", "灯笼", "小屋", "桥" },
      { { "羽", "小溪" }, { "雾", "明灯" }, { "纸", "秋雨" }, { "舟", "晚晴" } } },
    { "hin",
      "Hindi fiction",
      "HIN",
      { "नदी का", "दादी का", "बारिश का", "सातवाँ", "पतझड़ का" },
      { " घर", " बगीचा", " दीपक", " पत्र", " पुल" },
      { { "पंखवाला", "मीना" }, { "कोहरे", "दीपक" }, { "लालटेन", "गीता" }, { "नाविक", "रवि" } } }
};

struct kind_row {
    uint32_t weight; /* of 100 */
    const char *itype, *location;
    uint32_t price_low, price_high; /* pounds, before 99 pence are added */
    const char *mark, *number; /* of the call number; facts and languages bring their own */
    const char *subject, *genre;
};
static const struct kind_row kinds[KIND_COUNT] = {
    [KIND_PICTURE] = { 14, "JBOOK", "PICTURE", 5, 7, "E", "", "Animals--Juvenile fiction",
                       "Picture books" },
    [KIND_JUNIOR] = { 12, "JBOOK", "JUNIOR", 5, 8, "J", "FIC", "Friendship--Juvenile fiction",
                      NULL },
    [KIND_YOUNG] = { 5, "BOOK", "TEEN", 7, 9, "YA", "FIC", "Secrets--Juvenile fiction",
                     "Young adult fiction" },
    [KIND_NOVEL] = { 13, "BOOK", "FICTION", 8, 19, "", "FIC", "Villages--Fiction",
                     "Domestic fiction" },
    [KIND_CRIME] = { 11, "BOOK", "CRIME", 8, 18, "", "FIC", "Murder--Investigation--Fiction",
                     "Detective and mystery fiction" },
    [KIND_WONDER] = { 5, "BOOK", "FICTION", 9, 18, "", "SF", "Magic--Fiction",
                      "Fantasy fiction" },
    [KIND_FACTS] = { 15, "BOOK", "NONFICTION", 9, 29, "", "", "", NULL },
    [KIND_JUNIOR_FACTS] = { 6, "JBOOK", "JUNIOR", 6, 12, "J", "", "", NULL },
    [KIND_LARGE_PRINT] = { 8, "LP", "LARGEPRINT", 18, 24, "LP", "FIC", "Villages--Fiction",
                           NULL },
    [KIND_AUDIO] = { 4, "AUDIO", "AUDIO", 12, 29, "CD", "FIC", "Villages--Fiction",
                     "Audiobooks" },
    [KIND_FILM] = { 4, "DVD", "DVD", 5, 15, "DVD", "", "Feature films", NULL },
    [KIND_FOREIGN] = { 3, "BOOK", "WORLD", 7, 17, "", "", "", NULL }
};

static const char *const story_summaries[] = {
    "When the ferry stops, a whole village has to find another way of telling the truth.",
    "Three sisters inherit a shop that nobody remembers opening.",
    "A letter arrives forty years late and somebody has to answer it.",
    "One summer, one borrowed boat and more secrets than the harbour can hold.",
    "Nobody believed the clockmaker until the clocks did.",
    "A quiet story about neighbours, bread and a very long winter."
};
static const char *const crime_summaries[] = {
    "The vicar's umbrella is found; the vicar is not.",
    "A retired bell-ringer counts one stroke too many and starts asking questions.",
    "Somebody at the flower show is not who the programme says."
};
static const char *const child_summaries[] = {
    "A gentle, funny story for bedtime, with a flap to lift on every page.",
    "Friends fall out over a hat and make up over cake.",
    "An adventure with maps, mud and a goose that will not be told."
};
static const char *const fact_summaries[] = {
    "A practical introduction with clear steps, photographs and a list of suppliers.",
    "Everything a beginner needs, and what the author wishes somebody had said first.",
    "A short, well-illustrated account for the general reader."
};

void name_forename(struct rng *r, char *out)
{
    snprintf(out, NAME_SIZE, "%s", RNG_PICK(r, forenames));
}

void name_surname(struct rng *r, char *out)
{
    const char *start = RNG_PICK(r, name_heads), *end = RNG_PICK(r, name_tails);
    snprintf(out, NAME_SIZE, "%s%s", start, end);
}

const char *name_lane(struct rng *r)
{
    return RNG_PICK(r, lanes);
}

const char *name_place(struct rng *r)
{
    return RNG_PICK(r, places);
}

const char *name_publisher(struct rng *r)
{
    return RNG_PICK(r, publishers);
}

static enum title_kind pick_kind(struct rng *r)
{
    uint32_t x = rng_below(r, 100);
    for (int k = 0; k < KIND_COUNT; k++) {
        if (x < kinds[k].weight) return (enum title_kind)k;
        x -= kinds[k].weight;
    }
    return KIND_NOVEL;
}

static const char *article_for(const char *noun)
{
    return strchr("AEIOU", noun[0]) ? "An" : "A";
}

static void title_story(struct work *w, struct rng *r)
{
    const char *adj = RNG_PICK(r, adjectives), *noun = RNG_PICK(r, nouns),
               *other = RNG_PICK(r, nouns);
    switch (rng_below(r, 7)) {
    case 0: snprintf(w->title, TITLE_SIZE, "The %s %s", adj, noun); break;
    case 1: snprintf(w->title, TITLE_SIZE, "The %s of %s", noun, RNG_PICK(r, places)); break;
    case 2:
        snprintf(w->title, TITLE_SIZE, "%s %s for %s", article_for(noun), noun,
                 RNG_PICK(r, forenames));
        break;
    case 3: snprintf(w->title, TITLE_SIZE, "Beyond the %s %s", adj, noun); break;
    case 4: snprintf(w->title, TITLE_SIZE, "The %s's %s", other, noun); break;
    case 5: snprintf(w->title, TITLE_SIZE, "What the %s Kept", noun); break;
    default:
        snprintf(w->title, TITLE_SIZE, "%s %s, %s %s", adj, noun, RNG_PICK(r, adjectives),
                 other);
        break;
    }
    if (rng_chance(r, 0.25)) snprintf(w->rest, TITLE_SIZE, "a novel");
    w->summary = RNG_PICK(r, story_summaries);
}

static void title_crime(struct work *w, struct rng *r)
{
    const char *place = RNG_PICK(r, places), *noun = RNG_PICK(r, nouns);
    char sleuth[NAME_SIZE];
    name_surname(r, sleuth);
    switch (rng_below(r, 4)) {
    case 0:
        snprintf(w->title, TITLE_SIZE, "Murder at the %s %s", RNG_PICK(r, adjectives), noun);
        break;
    case 1: snprintf(w->title, TITLE_SIZE, "The %s Inquest", place); break;
    case 2: snprintf(w->title, TITLE_SIZE, "A Body in the %s", noun); break;
    default: snprintf(w->title, TITLE_SIZE, "Death Comes to %s", place); break;
    }
    snprintf(w->rest, TITLE_SIZE, "an Inspector %s mystery", sleuth);
    w->summary = RNG_PICK(r, crime_summaries);
}

static void title_picture(struct work *w, struct rng *r)
{
    const char *who = RNG_PICK(r, forenames), *animal = RNG_PICK(r, animals),
               *thing = RNG_PICK(r, things);
    switch (rng_below(r, 5)) {
    case 0: snprintf(w->title, TITLE_SIZE, "%s the %s and the %s", who, animal, thing); break;
    case 1: snprintf(w->title, TITLE_SIZE, "Where Is %s's %s?", animal, thing); break;
    case 2:
        snprintf(w->title, TITLE_SIZE, "Good Night, %s %s", RNG_PICK(r, adjectives), animal);
        break;
    case 3: snprintf(w->title, TITLE_SIZE, "The %s Who Found the %s", animal, thing); break;
    default:
        snprintf(w->title, TITLE_SIZE, "%s %s Meets %s", article_for(animal), animal, who);
        break;
    }
    w->summary = RNG_PICK(r, child_summaries);
}

static void title_junior(struct work *w, struct rng *r)
{
    const char *who = RNG_PICK(r, forenames), *noun = RNG_PICK(r, nouns);
    switch (rng_below(r, 4)) {
    case 0:
        snprintf(w->title, TITLE_SIZE, "%s and the %s %s", who, RNG_PICK(r, adjectives), noun);
        break;
    case 1: snprintf(w->title, TITLE_SIZE, "The Secret %s Club", RNG_PICK(r, animals)); break;
    case 2:
        snprintf(w->title, TITLE_SIZE, "My Teacher Is Secretly a %s", RNG_PICK(r, animals));
        break;
    default:
        snprintf(w->title, TITLE_SIZE, "%s's Very Bad %s", who, RNG_PICK(r, things));
        break;
    }
    w->summary = RNG_PICK(r, child_summaries);
}

static const char *title_facts(struct work *w, struct rng *r, bool junior)
{
    const struct field_of_knowledge *k = &RNG_PICK(r, knowledge);
    switch (rng_below(r, junior ? 2 : 6)) {
    case 0:
        snprintf(w->title, TITLE_SIZE, junior ? "Find Out About %s" : "%s for Beginners",
                 k->topic);
        break;
    case 1:
        snprintf(w->title, TITLE_SIZE, junior ? "My First Book of %s" : "The Complete %s",
                 k->topic);
        break;
    case 2: snprintf(w->title, TITLE_SIZE, "A Short History of %s", k->topic); break;
    case 3: snprintf(w->title, TITLE_SIZE, "Understanding %s", k->topic); break;
    case 4: snprintf(w->title, TITLE_SIZE, "%s in %s", k->topic, RNG_PICK(r, places)); break;
    default: snprintf(w->title, TITLE_SIZE, "The Joy of %s", k->topic); break;
    }
    if (!junior && rng_chance(r, 0.5)) snprintf(w->rest, TITLE_SIZE, "a practical handbook");
    w->subject = k->subject;
    w->summary = RNG_PICK(r, fact_summaries);
    return k->dewey;
}

static const char *title_foreign(struct work *w, struct rng *r)
{
    const struct tongue *t = &RNG_PICK(r, tongues);
    uint32_t author = rng_below(r, 4), head = rng_below(r, 5), tail = rng_below(r, 5);
    snprintf(w->title, TITLE_SIZE, "%s%s", t->heads[head], t->tails[tail]);
    snprintf(w->surname, NAME_SIZE, "%s", t->authors[author][0]);
    snprintf(w->forename, NAME_SIZE, "%s", t->authors[author][1]);
    w->subject = t->subject;
    w->language = t->code;
    w->summary = RNG_PICK(r, story_summaries);
    return t->label;
}

static void title_film(struct work *w, struct rng *r)
{
    const char *adj = RNG_PICK(r, adjectives), *noun = RNG_PICK(r, nouns);
    char sleuth[NAME_SIZE];
    name_surname(r, sleuth);
    if (rng_chance(r, 0.4)) {
        snprintf(w->title, TITLE_SIZE, "Inspector %s", sleuth);
        snprintf(w->rest, TITLE_SIZE, "the complete series %u", 1 + rng_below(r, 6));
    } else {
        snprintf(w->title, TITLE_SIZE, "The %s %s", adj, noun);
    }
    w->summary = RNG_PICK(r, story_summaries);
    if (rng_chance(r, 0.4)) w->itype = "DVD15"; /* may be lent from the age of fifteen */
}

/* "JR 598.0723 QUI": shelf mark, number, three letters of the author. */
static void make_callno(struct work *w, const char *mark, const char *number)
{
    char letters[4] = { 0 };
    for (int i = 0; i < 3; i++) letters[i] = (char)toupper((unsigned char)w->surname[i]);
    if ((unsigned char)letters[0] >= 0x80 || (unsigned char)letters[1] >= 0x80 ||
        (unsigned char)letters[2] >= 0x80)
        letters[0] = '\0'; /* not in Latin letters: the language is enough */
    snprintf(w->callno, sizeof w->callno, "%s%s%s%s%s", mark, *mark && *number ? " " : "",
             number, *letters ? " " : "", letters);
}

static unsigned filing_skip(const struct work *w)
{
    static const char *const articles[] = { "The ", "An ",  "A ",   "Le ",  "La ",  "L'",
                                            "Les ", "Une ", "Das ", "Der ", "Die ", "Ein ",
                                            "El ",  "Un ",  "Las ", "Yr ",  "Y " };
    for (size_t i = 0; i < sizeof articles / sizeof articles[0]; i++) {
        size_t len = strlen(articles[i]);
        if (!strncmp(w->title, articles[i], len) && (i < 3) == !strcmp(w->language, "eng"))
            return (unsigned)len;
    }
    return 0;
}

/* Choose words for the kind; leaves the call number's middle part in *number where it depends
 * on them. */
static void make_words(struct work *w, struct rng *r, const char **number)
{
    switch (w->kind) {
    case KIND_PICTURE: title_picture(w, r); break;
    case KIND_JUNIOR: title_junior(w, r); break;
    case KIND_CRIME: title_crime(w, r); break;
    case KIND_FACTS: *number = title_facts(w, r, false); break;
    case KIND_JUNIOR_FACTS: *number = title_facts(w, r, true); break;
    case KIND_FILM: title_film(w, r); break;
    case KIND_FOREIGN: *number = title_foreign(w, r); break;
    case KIND_LARGE_PRINT:
    case KIND_AUDIO:
        if (rng_chance(r, 0.4))
            title_crime(w, r);
        else
            title_story(w, r);
        break;
    case KIND_YOUNG:
    case KIND_NOVEL:
    case KIND_WONDER:
    case KIND_COUNT:
    default: title_story(w, r); break;
    }
}

void work_make(struct work *w, uint64_t seed, uint32_t number)
{
    struct rng r;
    rng_init(&r, seed, 0x100000000u + number);
    *w = (struct work){ .kind = pick_kind(&r), .language = "eng" };
    const struct kind_row *row = &kinds[w->kind];
    const char *shelf = row->number;
    w->itype = row->itype;
    w->location = row->location;
    w->subject = row->subject;
    w->genre = row->genre;
    w->price_cents =
        (uint32_t)rng_between(&r, (int32_t)row->price_low, (int32_t)row->price_high) * 100 + 99;
    name_surname(&r, w->surname);
    name_forename(&r, w->forename);
    make_words(w, &r, &shelf);
    make_callno(w, row->mark, shelf);
    w->nonfiling = filing_skip(w);
}
