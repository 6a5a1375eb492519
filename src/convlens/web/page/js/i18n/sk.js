// Every visible string in Slovak; see index.js. en.js has the same keys.

/** @type {Record<keyof typeof import("convlens/i18n/en.js").en, import("convlens/i18n/index.js").Entry>} */
export const sk = {
  "page.title": "convlens: konvolúcia na hranie",
  "page.heading": "Pozrite sa konvolučnej sieti do hlavy",
  "page.lead":
    "Posúvajte filter po číslach, ktoré môžete meniť, spočítajte každý rozmer ručne a sledujte, čo vyjde. " +
    "Všetko na tejto stránke sa dá ťahať, prepísať alebo prejsť klávesnicou.",
  "page.language": "Jazyk",
  "page.theme": "Vzhľad",
  "theme.auto": "Auto",
  "theme.light": "Svetlý",
  "theme.dark": "Tmavý",
  "page.present": "Premietať",
  "page.presentHow": "Veľké, na premietanie: Alt+P ho začne aj skončí, Escape skončí",
  "page.skip": "Preskočiť na kapitoly",
  "page.contents": "Obsah",
  "page.footer": "convlens beží len na tomto počítači; nič z toho, čo tu robíte, ho neopustí.",
  "part.lecture": "Prednáška",

  "section.reset": "Obnoviť",
  "section.resetWhich": "Obnoviť: {title}",
  "section.link": "Kopírovať odkaz",
  "section.linkWhich": "Kopírovať odkaz na tento pohľad: {title}",
  "section.linkInFile": "Skopírované: pripojte to za adresu tohto súboru",
  "copy.done": "Skopírované",
  "copy.failed": "Nepodarilo sa skopírovať",

  "grid.cell": "riadok {row}, stĺpec {column}",
  "grid.invalid": "Napíšte číslo s najviac šiestimi číslicami, napríklad −2, 0,5 alebo 1/4.",
  "grid.empty": "ešte nevypočítané",

  "player.group": "{label}: prehrávanie a krokovanie",
  "player.play": "Prehrať",
  "player.pause": "Pozastaviť",
  "player.first": "Na začiatok",
  "player.back": "O krok späť",
  "player.next": "O krok ďalej",
  "player.last": "Na koniec",
  "player.speed": "Rýchlosť",
  "player.place": "{index} z {count}",

  "figure.picture": "Obrázok",
  "figure.filter": "Filter",
  "figure.products": "Súčiny",
  "figure.result": "Výsledok",
  "figure.sum": "Súčet",
  "window.place": "Poloha okna",
  "window.said": "riadok {row}, stĺpec {column}: {value}",
  "formula.cell": "Ako toto číslo vzniklo",
  "formula.comma": ";",

  "convolution.title": "Konvolúcia",
  "convolution.intro":
    "Filter sa posúva po obrázku. Na každom mieste sa deväť čísel pod ním vynásobí číslami filtra, každé so svojím, " +
    "a súčiny sa sčítajú: to je jedno číslo výsledku, mapy príznakov.",
  "convolution.note":
    "Ktorékoľvek číslo obrázka alebo filtra môžete prepísať. Ukážte na políčko výsledku a uvidíte jeho okno, kliknutím " +
    "pri ňom ostanete. Ukážte na číslo obrázka a uvidíte, ktoré výsledky ho čítajú; na číslo filtra, ktoré čísla " +
    "stretne. Rovnako ako v PyTorchi sa filter neotáča; v matematike sa to volá krížová korelácia.",
  "preset.own": "vlastný",
  "preset.lecture": "z prednášky",
  "preset.square": "svetlý štvorec",
  "preset.edge": "zvislá hrana",
  "preset.ramp": "prechod",
  "preset.cross": "šikmý kríž",
  "preset.identity": "identita",
  "preset.vertical": "zvislé hrany",
  "preset.edges": "hrany, 8 susedov",
  "preset.sharpen": "zaostrenie",
  "preset.blur": "súčet všetkých deviatich",

  "slider.window": "Okno",
  "slider.stride": "Krok",
  "slider.padding": "Výplň",
  "slider.dilation": "Dilatácia",
  "slider.size": "Obrázok",
  "sample.cat": "Fotografia",
  "sample.item": "Oblečenie",

  "pooling.title": "Združovanie (pooling)",
  "pooling.intro":
    "Združovanie mapu zmenší a ponechá to podstatné: z čísel pod oknom ide ďalej len najväčšie, alebo ich priemer. " +
    "Nič sa tu neučí a každý kanál sa združuje sám.",
  "pooling.maximum": "Maximum",
  "pooling.average": "Priemer",
  "pooling.sample": "Na obrázku",
  "pooling.lost": {
    one: "Riadok {list} a stĺpec {list} nie sú v žiadnom okne: vypadnú.",
    other: "Riadky {list} a stĺpce {list} nie sú v žiadnom okne: vypadnú.",
  },
  "pooling.whole": "Každé číslo je pod niektorým oknom.",
  "pooling.said": "riadok {row}, stĺpec {column}: maximum {maximum}, priemer {average}",
  "pooling.note":
    "nn.MaxPool2d(2) zmenší výšku aj šírku na polovicu a posledný nepárny riadok a stĺpec vynechá. Krok je rovnako " +
    "veľký " +
    "ako okno, ak sa nezadá iný. Krúžok označuje číslo, ktoré vyhralo.",

  "kind.convolution": "Konvolúcia",
  "kind.maximum": "Maximum",
  "kind.average": "Priemer",
  "formula.size": "Ako vznikol rozmer",

  "outcome.unfit": "Okno sa nezmestí: má rozpätie {reach}, no riadkov je aj s výplňou len {room}. Treba viac výplne.",
  "outcome.size": "Z {size} × {size} vznikne {side} × {side}.",
  "outcome.end": {
    one: "Riadok {list} a stĺpec {list} nie sú v žiadnom okne: zvyšok je menší ako krok a pri delení prepadne.",
    other: "Riadky {list} a stĺpce {list} nie sú v žiadnom okne: zvyšok je menší ako krok a pri delení prepadne.",
  },
  "outcome.between": {
    one: "Riadok {list} a stĺpec {list} ležia medzi miestami, ktoré okná čítajú.",
    other: "Riadky {list} a stĺpce {list} ležia medzi miestami, ktoré okná čítajú.",
  },
  "outcome.padding": {
    one: "Posledný riadok a stĺpec výplne nie sú v žiadnom okne.",
    few: "Posledné {count} riadky a stĺpce výplne nie sú v žiadnom okne.",
    other: "Posledných {count} riadkov a stĺpcov výplne nie je v žiadnom okne.",
  },
  "outcome.whole": "Každé číslo obrázka je aspoň v jednom okne.",

  "sliding.title": "Krok, výplň, dilatácia",
  "sliding.intro":
    "Krok (stride) hovorí, o koľko sa okno posunie na ďalšie miesto. Výplň (padding) pridá okolo obrázka rám, " +
    "takže okno " +
    "môže začať aj vonku. Dilatácia (dilation) od seba oddiali riadky a stĺpce okna.",
  "sliding.kind": "Operácia",
  "sliding.example": "Príklad",
  "sliding.note":
    "Výplň tvoria nuly; pri maxime je to −∞, ktoré nikdy nevyhrá. Rovnako ako v PyTorchi je výplň pri združovaní " +
    "najviac " +
    "polovica okna a priemer nemá dilatáciu. Šrafované políčka nie sú v žiadnom okne.",
  "example.remainder": "zvyšok prepadne",
  "example.same": "výplň zachová rozmer",
  "example.halved": "krok 2 zmenší na polovicu",
  "example.dilated": "dilatácia 2",
  "example.infinite": "maximum s výplňou −∞",
  "example.gaps": "krok väčší ako okno",

  "formula.title": "Vzorec",
  "formula.intro":
    "Jediný vzorec dáva rozmer po každej konvolúcii a po každom združovaní. Ťahajte čísla v ňom alebo posuvníky. " +
    "Výška " +
    "a šírka majú každá svoj výpočet.",
  "formula.copy": "Kopírovať",
  "formula.copyWhich": "Kopírovať riadok PyTorchu",
  "formula.note":
    "Výška × šírka × počet kanálov po poslednej konvolúcii alebo združovaní je to, čo dostane prvá lineárna vrstva. " +
    "V riadku konvolúcie sú 1 a 32 počty vstupných a výstupných kanálov: dosaďte vlastné.",
  "strip.caption": "Jeden riadok obrázka s výplňou, každé okno, ktoré sa naň pozerá, a riadok, ktorý vyjde",
  "strip.label": "políčok: {size}, výplň na každej strane: {padding}; okien a výsledkov: {places}",

  "kernel.identity": "Identita",
  "kernel.diagonal": "Detekcia hrán, šikmo",
  "kernel.edges4": "Detekcia hrán, 4 susedia",
  "kernel.edges8": "Detekcia hrán, 8 susedov",
  "kernel.sharpen": "Zaostrenie",
  "kernel.box": "Rozmazanie priemerom",
  "kernel.gaussian": "Gaussovo rozmazanie",
  "kernel.emboss": "Reliéf",
  "kernel.sobelTop": "Sobel, horný",
  "kernel.sobelBottom": "Sobel, dolný",
  "kernel.sobelLeft": "Sobel, ľavý",
  "kernel.sobelRight": "Sobel, pravý",
  "kernel.own": "Vlastný",
  "sample.drawing": "Kresba",
  "sample.file": "Vlastný súbor",
  "sample.camera": "Kamera",
  "camera.none": "Kamera tu nie je, alebo ju prehliadač nesmie použiť.",
  "item.0": "Tričko",
  "item.1": "Nohavice",
  "item.2": "Sveter",
  "item.3": "Šaty",
  "item.4": "Kabát",
  "item.5": "Sandál",
  "item.6": "Košeľa",
  "item.7": "Teniska",
  "item.8": "Taška",
  "item.9": "Členková čižma",
  "drawing.tool": "Nástroj",
  "drawing.pen": "Pero",
  "drawing.eraser": "Guma",
  "drawing.clear": "Vymazať",
  "drawing.note": "Kreslite do obrázka. Klávesnicou: šípky posúvajú, medzerník kreslí.",
  "file.choose": "Vybrať obrázok…",
  "file.drop": "alebo ho sem pustite. Ostane v tomto prehliadači a skopírovaný odkaz ho preniesť nevie.",
  "file.opened": "Obrázok je otvorený",
  "file.large": "Súbor má viac ako 20 MB; vyberte menší.",
  "file.unreadable": "Prehliadač tento súbor nevie prečítať ako obrázok; skúste PNG alebo JPEG.",

  "filters.title": "Filtre",
  "filters.intro":
    "Ten istý súčet s inými číslami urobí s obrázkom niečo iné: rozmaže ho, zaostrí, nájde hrany. O tom, čo filter " +
    "nájde, " +
    "rozhodujú len jeho čísla; konvolučná sieť sa ich učí.",
  "filters.size": "Veľkosť",
  "filters.divisor": "Deliteľ",
  "filters.divisorInvalid": "Napíšte celé číslo od 1 do 999.",
  "filters.item": "Kus oblečenia",
  "filters.pointOriginal": "Obrázok: šípky posúvajú lupu",
  "filters.pointResult": "Výsledok: šípky posúvajú lupu",
  "filters.sumOne": "Súčet váh je 1: obrázok ostane rovnako svetlý.",
  "filters.sumZero": "Súčet váh je 0: ostanú len hrany. Výsledky sa zobrazujú bez znamienka.",
  "filters.sumNegative": "Súčet váh je {sum}: výsledky sa zobrazujú bez znamienka.",
  "filters.brighter": "Súčet váh je {sum}: obrázok zosvetlie.",
  "filters.darker": "Súčet váh je {sum}: obrázok stmavne.",
  "filters.note":
    "Fotografie sa prevádzajú na odtiene sivej, 0 je čierna a 255 biela. Za okrajom obrázok pokračuje pixelmi " +
    "okraja, takže " +
    "výsledok má rovnaký rozmer; výsledky sa zaokrúhľujú a orezávajú na 0 až 255. Fotografia: Chelsea, Stéfan van " +
    "der Walt " +
    "(CC0). Oblečenie: Fashion-MNIST, Zalando Research (MIT).",
  "magnifier.title": "Pod lupou",
  "magnifier.window": "Pixely pod filtrom",
  "magnifier.place": "Riadok {row}, stĺpec {column}",
  "magnifier.shown": "Pixel výsledku: {pixel}.",
  "magnifier.rounded": "Pixel výsledku po zaokrúhlení: {pixel}.",
  "magnifier.clipped": "Pixel výsledku po orezaní: {pixel}.",
  "magnifier.unsigned": "Pixel výsledku bez znamienka: {pixel}.",

  "part.network": "Vaša sieť",
  "part.code": "Váš kód",
  "network.title": "Mapy príznakov",
  "network.intro":
    "Sieť, ktorú ste natrénovali: obrázok, odpoveď a pod nimi každá operácia zľava doprava. Otvorte niektorú a uvidíte, " +
    "ako vznikli jej čísla.",
  "network.loading": "Beh sa otvára. Prednáška je zatiaľ pripravená.",
  "network.absent":
    "Stránka bola otvorená bez behu. Natrénujte sieť za minútu a otvorte ju: uvidíte jej filtre, mapy príznakov a " +
    "každé " +
    "číslo, ktoré počíta:",
  "network.failed": "Beh sa nepodarilo otvoriť.",

  "curves.title": "Ako sa učila",
  "curves.intro":
    "Strata na dávkach, na ktorých sa trénovala, úspešnosť na odložených obrázkoch a rýchlosť učenia, ktorá k tomu " +
    "viedla, " +
    "nad tými istými krokmi.",
  "curves.empty": "Tento beh si neuložil záznam krokov.",
  "curves.loss": "Strata",
  "curves.training": "trénovanie, kĺzavý priemer",
  "curves.validation": "validácia",
  "curves.accuracy": "Validačná úspešnosť, %",
  "curves.accuracyPercent": "úspešnosť, %",
  "curves.best": "váhy, ktoré sa ponechali, po kroku {step}",
  "curves.bestLegend": "ponechané: {accuracy} %",
  "curves.rate": "Rýchlosť učenia",
  "curves.along": "podľa krokov trénovania",
  "curves.steps": "kroky",
  "curves.epoch": "epocha",
  "curves.scrub": "Krok na odčítanie",
  "curves.reading": "Krok {step}: rýchlosť učenia {rate}, trénovacia strata {loss}.",
  "curves.readingValidation":
    "Najbližšia validácia, po kroku {at} (epocha {epoch}): úspešnosť {accuracy} %, strata {loss}.",
  "curves.note": "Ukážte na krivku alebo posuňte jazdec a odčítajte hodnoty.",
  "curves.clipped": "Prvé kroky ležia nad {loss} a sú orezané.",
  "curves.table": "Validácie v číslach",

  "confusion.title": "Čo si s čím mýli",
  "confusion.intro":
    "Riadok je skutočná trieda, stĺpec to, čo sieť o jej testovacích obrázkoch tvrdí. Na uhlopriečke má pravdu. " +
    "Vyberte " +
    "políčko a uvidíte obrázky za ním.",
  "confusion.note": "Správne určených testovacích obrázkov: {correct} z {total}.",
  "confusion.caption": "Riadky: skutočná trieda. Stĺpce: odpoveď.",
  "confusion.commonest": "Najčastejšie chyby",
  "confusion.cell": {
    one: "{count} obrázok triedy {truth} určený ako {answer}",
    few: "{count} obrázky triedy {truth} určené ako {answer}",
    other: "{count} obrázkov triedy {truth} určených ako {answer}",
  },
  "gallery.right": {
    one: "{count} správne určený obrázok triedy {truth}",
    few: "{count} správne určené obrázky triedy {truth}",
    other: "{count} správne určených obrázkov triedy {truth}",
  },
  "gallery.wrong": {
    one: "{count} obrázok triedy {truth} určený ako {answer}",
    few: "{count} obrázky triedy {truth} určené ako {answer}",
    other: "{count} obrázkov triedy {truth} určených ako {answer}",
  },
  "gallery.partly": { one: "(k dispozícii {count})", few: "(k dispozícii {count})", other: "(k dispozícii {count})" },
  "gallery.waiting": "Sieť odpovedá na testovacie obrázky…",
  "gallery.more": "Zobraziť ďalšie",
  "gallery.picture": "Testovací obrázok {index}, istota {sure} %: pozrieť sa s ním do siete",

  "code.title": "Váš trénovací kód",
  "code.intro":
    "Vložte trénovací skript. Chyby sa v ňom nájdu hneď, čítaním. Rozmery jeho siete sa odvodia, keď o to požiadate: " +
    "spustením definícií.",
  "code.exported": "Na kontrolu kódu treba Python: spustite convlens open a vložte ho tam.",
  "code.mistakes": "Chyby v ňom",
  "code.note":
    "Kód sa na to len prečíta, nič z neho sa nespustí. Pri každom náleze stojí riadok, dôvod a zmena, ktorá ho opraví.",
  "code.label": "Kód",
  "code.placeholder": "Sem vložte Python alebo presuňte súbor",
  "code.example": "Príklad s dvoma chybami",
  "code.exampleIn": "Príklad je v poli.",
  "code.clear": "Vymazať",
  "code.empty": "Zatiaľ žiadny kód.",
  "code.found": { one: "{count} nález.", few: "{count} nálezy.", other: "{count} nálezov." },
  "code.findings": "Nálezy",
  "code.line": "riadok {line}",
  "code.fix": "Zmena",
  "severity.error": "Chyba",
  "severity.warning": "Varovanie",
  "severity.info": "Poznámka",
  "sizes.title": "Rozmery v ňom",
  "sizes.note":
    "Na to sa definície, ktoré sieť potrebuje, spustia, keď stlačíte tlačidlo: na tomto počítači, vo vlastnom procese, " +
    "s obmedzeným časom a pamäťou, bez siete a bez zápisu súborov. Chráni to pred nehodami; spúšťajte len kód, ktorému " +
    "dôverujete.",
  "sizes.run": "Spustiť definície a odvodiť rozmery",
  "sizes.running": "Beží…",
  "sizes.name": "Trieda",
  "sizes.nameHint": "jediná v kóde",
  "sizes.shape": "Vstup: kanály, výška, šírka",
  "sizes.operation": "operácia",
  "sizes.line": "riadok",
  "sizes.input": "vstup",
  "sizes.output": "výstup",
  "sizes.derivation": "odvodenie",
  "sizes.parameters": "parametre",
  "sizes.total": "Naučené parametre: {learned}.",
  "sizes.neurons": "Neuróny po poslednej konvolúcii: {neurons}.",

  "network.earlier": "Toto sú váhy zo skoršieho okamihu trénovania; pozri „Okamihy trénovania“ nižšie.",
  "network.sees": "Čo vidí sieť: {width}\u00a0×\u00a0{height} pixelov",
  "network.noPictures": "Testovacie obrázky nie sú k dispozícii; vložte fotografiu alebo nakreslite obrázok.",
  "pictures.source": "Obrázok",
  "pictures.test": "Testovací obrázok",
  "pictures.photo": "Fotografia",
  "pictures.drawing": "Kresba",
  "pictures.class": "Trieda",
  "pictures.everyClass": "každá trieda",
  "pictures.answers": "Odpovede",
  "pictures.all": "Všetky",
  "pictures.wrong": "Nesprávne",
  "pictures.part":
    "Tento uložený súbor obsahuje {count} z {total} testovacích obrázkov: chyby a niekoľko správnych odpovedí každej " +
    "triedy.",
  "pictures.one": "Testovací obrázok {index}, {name}",
  "pictures.oneWrong": "Testovací obrázok {index}, {name}, určený ako {answer}",
  "pager.back": "Späť",
  "pager.next": "Ďalej",
  "pager.where": "{first} až {last} z {count}",
  "pager.none": "Žiadne nie sú.",
  "photo.preparing": "Fotografia sa pripravuje…",
  "photo.drop": "alebo ju sem presuňte. Ostane na tomto počítači; skopírovaný odkaz z nej nesie najviac to, čo vidí sieť.",
  "photo.yours": "Vaša fotografia",
  "photo.yoursFramed": "Vaša fotografia s nájdeným predmetom",
  "photo.seen": "Samotnú fotografiu sieť nevidí: dostane len malý obrázok nižšie.",
  "photo.inverted":
    "Samotnú fotografiu sieť nevidí: dostane len malý obrázok nižšie, v ktorom sa vymenilo svetlé a tmavé, lebo sa učila " +
    "na svetlých predmetoch na čiernom pozadí.",
  "photo.whole": "Z pozadia nevystupuje žiaden predmet, preto sa použila celá fotografia.",
  "photo.crowded": "Predmet siaha po okraj fotografie: s kúskom pozadia okolo by bola odpoveď istejšia.",
  "photo.unreadable": "„{name}“ sa nedá prečítať ako obrázok: vyberte súbor PNG, JPEG, WebP, BMP alebo GIF.",
  "photo.offline":
    "V uloženom súbore sa zmenší celá fotografia; pri otvorení cez convlens open sa v nej najprv nájde predmet.",
  "board.label": "Kresliaca plocha: šípky posúvajú, medzerník kreslí",
  "board.note":
    "Začína sa obrázkom, ktorý ste mali otvorený: kreslite doň, vymažte jeho časti alebo ho vymažte celý. Z klávesnice: " +
    "šípky posúvajú, medzerník kreslí.",

  "layers.label": "Sieť zľava doprava; posúva sa do strán",
  "layers.maps": "Mapy vrstvy {name}",
  "layers.choose": "Hodnoty tejto vrstvy: kliknite na niektorú alebo sa posúvajte šípkami",
  "layers.all": "Zobraziť všetky mapy",
  "layers.normalised": "normalizovaný",
  "layers.scale": "Mierka farieb",
  "layers.scale.layer": "celá vrstva",
  "layers.scale.network": "celá sieť",
  "layers.scale.map": "každá mapa",
  "layers.legend":
    "Zelená je nad nulou, sivá pod ňou; hodnoty od {least} do {most}. Kliknite na niektorú a uvidíte jej výpočet.",
  "layers.pictureLegend": "Normalizovaný: priemer trénovacích obrázkov je 0 a ich smerodajná odchýlka 1.",
  "layers.fromTorch": "Toto sú hodnoty z PyTorchu.",
  "op.picture": "obrázok",

  "derivation.picture": "Vstup {sizes}: kanály, výška, šírka.",
  "derivation.flatten": "Rozložené do jedného radu:",
  "derivation.linear": "Každý z {outputs} neurónov sčíta všetkých {inputs} čísel, každé krát vlastná váha.",
  "derivation.same": "Každá hodnota sa mení sama; rozmer ostáva.",
  "derivation.size": "Výška a šírka:",
  "derivation.rows": "Výška:",
  "derivation.columns": "Šírka:",
  "derivation.channels": {
    one: "Počet filtrov: {to}, každý má {rows} × {columns} čísel pre jediný vstupný kanál. Počet máp: {to}.",
    few: "Počet filtrov: {to}, každý má {rows} × {columns} čísel pre každý z {count} vstupných kanálov. Počet máp: {to}.",
    other:
      "Počet filtrov: {to}, každý má {rows} × {columns} čísel pre každý z {count} vstupných kanálov. Počet máp: {to}.",
  },
  "derivation.pooled": {
    one: "Mapa sa združuje samostatne.",
    few: "Každá zo {count} máp sa združuje samostatne.",
    other: "Každá z {count} máp sa združuje samostatne.",
  },
  "derivation.parameters": "Parametre:",
  "derivation.parametersOnly": "Parametre: {result}.",
  "derivation.macs": "Násobenia: {macs}, počet hodnôt: {outputs}.",
  "derivation.field": "Jedna hodnota závisí od {rows} × {columns} pixelov obrázka (nominálne: môže presahovať okraj).",
  "derivation.apart": {
    one: "Susedné hodnoty jej vstupu sú od seba {count} pixel, j = {count}:",
    few: "Susedné hodnoty jej vstupu sú od seba {count} pixely, j = {count}:",
    other: "Susedné hodnoty jej vstupu sú od seba {count} pixelov, j = {count}:",
  },
  "derivation.dropped": "Na posledné riadky ({rows}) a stĺpce ({columns}) nedosiahne žiadne okno.",
  "derivation.line": "Riadok {line} v súbore siete.",
  "reason.before": "Niektorá operácia pred touto sa tu nedá vypočítať.",
  "reason.operation": "Stránka nepozná operáciu {what}.",
  "reason.option": "Stránka nepozná túto voľbu operácie {op}: {what}.",
  "reason.tensor": "{op} číta tenzor, ktorý nie je váhou ani sa nepočíta z obrázka: {what}.",
  "reason.batch": "{op} zasahuje cez viac obrázkov dávky: {what}.",
  "reason.size": "Váhy {what} boli pre tento súbor priveľké.",
  "reason.shown": "Zobrazené hodnoty vypočítal PyTorch.",
  "reason.hidden": "Jej hodnoty nie sú k dispozícii.",

  "answer.dropout": "Dropout",
  "answer.evaluation": "Ako pri vyhodnocovaní",
  "answer.training": "Ako pri trénovaní",
  "answer.again": "Vylosovať iné neuróny",
  "answer.evaluationNote": "Pri vyhodnocovaní necháva dropout každú hodnotu tak, ako je.",
  "answer.silenced": "{name}: vypnuté neuróny {count} z {of} (nižšie červené), ostatné sa násobia číslom {scale}.",
  "answer.silencedAlpha":
    "{name}: vypnuté neuróny {count} z {of} dostanú {silent} (nižšie červené), ostatné sa násobia číslom {scale}, plus " +
    "{shift}.",
  "answer.unknown": "Stránka nevie vypočítať odpoveď tejto siete.",
  "answer.said": "{name}, {share}",
  "answer.right": "{name}, {share}: správne",
  "answer.unsure": "{name}, {share}: skutočná trieda, sieť si však nie je istá",
  "answer.guess": "{name}, {share}: skutočná trieda, ale len tip: naslepo vyjde {blind}",
  "answer.wrong": "{name}, {share}: nesprávne, je to {truth}",
  "answer.trueClass": "skutočná trieda",
  "answer.mirror":
    "Priemer logitov obrázka a jeho zrkadlového obrazu, tak odpovedá convlens predict. Samotný obrázok: {name} " +
    "{share}.",
  "answer.softmax": "Softmax z logitov.",
  "answer.alone":
    "Samotný obrázok: jeho zrkadlový obraz sa tu nedá vypočítať, convlens predict preto môže odpovedať trochu inak.",
  "answer.others": { one: "{count} ďalšia trieda", few: "{count} ďalšie triedy", other: "{count} ďalších tried" },
  "softmax.title": "Ako to softmax urobí z logitov",
  "softmax.class": "trieda",
  "softmax.logit": "logit z",
  "softmax.power": "e na z",
  "softmax.share": "delené ich súčtom",

  "unit.title": "Jedna hodnota",
  "unit.intro":
    "Vyberte hodnotu v mape vyššie. Tu je každé číslo za ňou: okná vo všetkých vstupných kanáloch, súčiny, súčet a " +
    "čo z neho " +
    "urobí normalizácia, aktivácia a združovanie.",
  "unit.note": "Prvý krok je hodnota sama; každý ďalší ukazuje, odkiaľ pochádza.",
  "unit.title.map": "{name}, kanál {channel}, riadok {row}, stĺpec {column}: {value}",
  "unit.title.neuron": "{name}, neurón {channel}: {value}",
  "unit.none": "Hodnoty vrstvy {name} nie sú k dispozícii.",
  "unit.torch": "PyTorch vypočítal {value}: rozdiel {difference}.",
  "unit.torchTraining": "Nasleduje po dropoute, ktorý vypína neuróny: niet s čím z PyTorchu ju porovnať.",
  "unit.torchSnapshot": "V skoršom okamihu trénovania niet s čím z PyTorchu porovnávať.",
  "unit.torchAbsent": "Hodnota z PyTorchu pre tento obrázok nie je k dispozícii.",
  "unit.field": "Závisí od {rows} × {columns} pixelov; v obrázku riadky {top} až {bottom}, stĺpce {left} až {right}.",
  "unit.fieldEmpty": "Nezávisí od žiadneho pixelu: pod jej oknom je len výplň.",
  "step.place": "na mieste [{place}]",
  "step.picture": "Pixel obrázka, normalizovaný.",
  "step.given": "Vypočítal ju PyTorch; stránka nevie ako.",
  "step.window": "Okno",
  "step.pooledMany": "Čísel pod oknom: {count}.",
  "step.maximum": "Najväčšie je v riadku {row}, stĺpci {column}.",
  "step.average": "Ich súčet delený číslom {count}.",
  "step.from": "Je to",
  "step.parts": "{op} z",
  "step.scalar": "a čísla {scalar}",
  "step.constant": "Konštanta {value} z výplne.",
  "channels.note": {
    one: "{count} vstupný kanál.",
    few: "{count} vstupné kanály, najprv tie, ktoré pridávajú najviac.",
    other: "{count} vstupných kanálov, najprv tie, ktoré pridávajú najviac.",
  },
  "channels.channel": "kanál {channel}",
  "channels.adds": "pridáva {sum}",
  "channels.window": "Okno",
  "channels.map": "Mapa",
  "channels.partial": "Len tento kanál",
  "channels.grid": "{what}, kanál {channel}",
  "channels.all": "Zobraziť všetky kanály ({count})",
  "channels.term": "kanál {channel}: {sum}",
  "channels.others": { one: "{count} ďalší: {sum}", few: "{count} ďalšie: {sum}", other: "{count} ďalších: {sum}" },
  "channels.bias": "posun: {bias}",
  "products.note": "Počet súčinov: {count}; najväčšie sú:",
  "products.input": "odkiaľ",
  "products.product": "súčin",
  "products.map": "[{at}]",
  "products.neuron": "neurón {place}",
  "products.others": { one: "{count} ďalší: {sum}", few: "{count} ďalšie: {sum}", other: "{count} ďalších: {sum}" },

  "epochs.title": "Okamihy trénovania",
  "epochs.intro":
    "Beh si v niektorých okamihoch trénovania uložil váhy. Prejdite nimi: filtre, mapy a odpovede sa menia tu aj v " +
    "častiach " +
    "vyššie.",
  "epochs.moment": "Okamih trénovania",
  "epochs.layer": "Konvolúcia",
  "epochs.begin": "Pred prvým krokom: náhodné filtre.",
  "epochs.after": "Po kroku {step}, epocha {epoch}: validačná úspešnosť {accuracy} %.",
  "epochs.finished": "Hotová sieť s váhami, ktoré sa ponechali.",
  "epochs.filters": "Filtre",
  "epochs.first": "prvých {first} z {count}",
  "epochs.maps": "Mapy",
  "epochs.answers": "Čo povedala o tomto obrázku",
  "epochs.answersAlone": "Čo povedala o tomto obrázku (samotnom, bez zrkadlového obrazu)",
  "epochs.answer": "odpoveď",
  "epochs.share": "istota",
  "epochs.true": "skutočná trieda",
  "epochs.kept": "hotová",
  "epochs.older": "Tento beh vznikol skôr ako ukladanie okamihov; natrénujte sieť znova.",
  "epochs.large": "Sieť má viac ako 2 milióny parametrov, preto si beh okamihy neukladal.",
  "epochs.file": "V tomto súbore nebolo na okamihy miesto; ukáže ich convlens open.",
  "epochs.eight": "V tomto súbore sú okamihy zaokrúhlené na 8 bitov, odpovede sa môžu mierne líšiť.",
  "epochs.sixteen": "Okamihy sú zaokrúhlené na 16 bitov.",
};
