// Every visible string in English; see index.js. sk.js has the same keys.

export const en = {
  "page.title": "convlens: convolution to play with",
  "page.heading": "See a convolutional network think",
  "page.lead":
    "Slide a filter over numbers you can change, work out every size by hand, and watch what comes out. Everything on " +
    "this page can be dragged, typed over or walked through with the keyboard.",
  "page.language": "Language",
  "page.theme": "Theme",
  "theme.auto": "Auto",
  "theme.light": "Light",
  "theme.dark": "Dark",
  "page.present": "Present",
  "page.presentHow": "Large, for a projector: Alt+P begins and ends it, Escape ends it",
  "page.skip": "Skip to the sections",
  "page.contents": "Contents",
  "page.footer": "convlens runs on this machine alone; nothing you do here leaves it.",
  "part.lecture": "The lecture",

  "section.reset": "Reset",
  "section.resetWhich": "Reset: {title}",
  "section.link": "Copy link",
  "section.linkWhich": "Copy link to this view: {title}",
  "section.linkInFile": "Copied: put it after this file’s address",
  "copy.done": "Copied",
  "copy.failed": "Could not copy",

  "grid.cell": "row {row}, column {column}",
  "grid.invalid": "Type a number of at most six digits, such as −2, 0.5 or 1/4.",
  "grid.empty": "not worked out yet",

  "player.group": "{label}: play and step",
  "player.play": "Play",
  "player.pause": "Pause",
  "player.first": "To the start",
  "player.back": "One step back",
  "player.next": "One step on",
  "player.last": "To the end",
  "player.speed": "Speed",
  "player.place": "{index} of {count}",

  "figure.picture": "Picture",
  "figure.filter": "Filter",
  "figure.products": "Products",
  "figure.result": "Result",
  "figure.sum": "Sum",
  "window.place": "Place of the window",
  "window.said": "row {row}, column {column}: {value}",
  "formula.cell": "How this number came about",
  "formula.comma": ",",

  "convolution.title": "Convolution",
  "convolution.intro":
    "A filter slides over the picture. At every place the nine numbers under it are multiplied by the filter’s, " +
    "one by " +
    "one, and the products are added up: that is one number of the result, the feature map.",
  "convolution.note":
    "Type over any number of the picture or the filter. Point at a cell of the result to see its window, click it to stay " +
    "there. Point at a number of the picture to see which results read it, at one of the filter to see which numbers " +
    "it meets. As in PyTorch the filter is not turned round first; mathematics calls this a cross-correlation.",
  "preset.own": "your own",
  "preset.lecture": "the lecture’s",
  "preset.square": "bright square",
  "preset.edge": "vertical edge",
  "preset.ramp": "ramp",
  "preset.cross": "diagonal cross",
  "preset.identity": "identity",
  "preset.vertical": "vertical edges",
  "preset.edges": "edges, 8 neighbours",
  "preset.sharpen": "sharpen",
  "preset.blur": "sum of all nine",

  "slider.window": "Window",
  "slider.stride": "Stride",
  "slider.padding": "Padding",
  "slider.dilation": "Dilation",
  "slider.size": "Picture",
  "sample.cat": "Photo",
  "sample.item": "Fashion item",

  "pooling.title": "Pooling",
  "pooling.intro":
    "Pooling makes a map smaller and keeps what matters: of the numbers under the window only the largest, or " +
    "their mean, " +
    "goes on. Nothing is learned here, and every channel is pooled by itself.",
  "pooling.maximum": "Maximum",
  "pooling.average": "Average",
  "pooling.sample": "On a picture",
  "pooling.lost": {
    one: "No window reads row {list} and column {list}: they are dropped.",
    other: "No window reads rows {list} and columns {list}: they are dropped.",
  },
  "pooling.whole": "Every number is under some window.",
  "pooling.said": "row {row}, column {column}: maximum {maximum}, average {average}",
  "pooling.note":
    "nn.MaxPool2d(2) halves height and width, and drops a last odd row and column. The stride is the window’s own " +
    "size " +
    "unless another one is given. The ring marks the number that wins.",

  "kind.convolution": "Convolution",
  "kind.maximum": "Maximum",
  "kind.average": "Average",
  "formula.size": "How the size came about",

  "outcome.unfit":
    "The window does not fit: it is {reach} rows high, and with the padding there is room for {room}. " +
    "More padding is needed.",
  "outcome.size": "{size} × {size} becomes {side} × {side}.",
  "outcome.end": {
    one:
      "Row {list} and column {list} are reached by no window: less than a stride is left over, and the division " +
      "drops it.",
    other:
      "Rows {list} and columns {list} are reached by no window: less than a stride is left over, and the division " +
      "drops it.",
  },
  "outcome.between": {
    one: "Row {list} and column {list} lie between the places that windows read.",
    other: "Rows {list} and columns {list} lie between the places that windows read.",
  },
  "outcome.padding": {
    one: "The last row and column of the padding are not reached.",
    other: "The last {count} rows and columns of the padding are not reached.",
  },
  "outcome.whole": "Every number of the picture is read by some window.",

  "sliding.title": "Stride, padding, dilation",
  "sliding.intro":
    "The stride is how far the window moves from one place to the next. Padding puts a frame around the picture, " +
    "so that " +
    "the window can begin outside. Dilation spreads the window’s rows and columns apart.",
  "sliding.kind": "Operation",
  "sliding.example": "Example",
  "sliding.note":
    "Padding is zeros; for a maximum it is −∞, which never wins. As in PyTorch, a pooling’s padding is at most " +
    "half of its " +
    "window, and average pooling has no dilation. Hatched cells are read by no window.",
  "example.remainder": "a remainder is dropped",
  "example.same": "padding keeps the size",
  "example.halved": "stride 2 halves it",
  "example.dilated": "dilation 2",
  "example.infinite": "maximum, padded with −∞",
  "example.gaps": "stride larger than the window",

  "formula.title": "The formula",
  "formula.intro":
    "One formula gives the size after every convolution and every pooling. Drag the numbers in it, or the sliders. " +
    "Height " +
    "and width have each their own sum.",
  "formula.copy": "Copy",
  "formula.copyWhich": "Copy the line of PyTorch",
  "formula.note":
    "Height × width × channels after the last convolution or pooling is what the first linear layer receives. In " +
    "the line " +
    "of a convolution, 1 and 32 are the channels in and out: put your own.",
  "strip.caption": "One row of the picture with its padding, every window that looks at it, and the row that comes out",
  "strip.label": "{size} cells with {padding} of padding on either side; {places} windows, {places} results",

  "kernel.identity": "Identity",
  "kernel.diagonal": "Edge detection, diagonal",
  "kernel.edges4": "Edge detection, 4 neighbours",
  "kernel.edges8": "Edge detection, 8 neighbours",
  "kernel.sharpen": "Sharpen",
  "kernel.box": "Box blur",
  "kernel.gaussian": "Gaussian blur",
  "kernel.emboss": "Emboss",
  "kernel.sobelTop": "Sobel, top",
  "kernel.sobelBottom": "Sobel, bottom",
  "kernel.sobelLeft": "Sobel, left",
  "kernel.sobelRight": "Sobel, right",
  "kernel.own": "Your own",
  "sample.drawing": "Drawing",
  "sample.file": "Your own file",
  "sample.camera": "Camera",
  "camera.none": "There is no camera, or the browser was not allowed to use it.",
  "item.0": "T-shirt",
  "item.1": "Trousers",
  "item.2": "Pullover",
  "item.3": "Dress",
  "item.4": "Coat",
  "item.5": "Sandal",
  "item.6": "Shirt",
  "item.7": "Sneaker",
  "item.8": "Bag",
  "item.9": "Ankle boot",
  "drawing.tool": "Tool",
  "drawing.pen": "Pen",
  "drawing.eraser": "Eraser",
  "drawing.clear": "Clear",
  "drawing.note": "Draw on the picture. With the keyboard: arrow keys move, the space bar draws.",
  "file.choose": "Choose a picture…",
  "file.drop": "or drop one here. It stays in this browser, and a copied link cannot carry it.",
  "file.opened": "The picture is open",
  "file.large": "The file has more than 20 MB; choose a smaller one.",
  "file.unreadable": "The browser cannot read this file as a picture; try a PNG or JPEG file.",

  "filters.title": "Filters",
  "filters.intro":
    "The same sum with other numbers does other things to a picture: it blurs, sharpens, finds edges. What a " +
    "filter finds " +
    "is decided by its numbers alone; a convolutional network learns them.",
  "filters.size": "Size",
  "filters.divisor": "Divided by",
  "filters.divisorInvalid": "Type a whole number from 1 to 999.",
  "filters.item": "Item",
  "filters.pointOriginal": "The picture: arrow keys move the magnifier",
  "filters.pointResult": "The result: arrow keys move the magnifier",
  "filters.sumOne": "The weights add up to 1: the picture stays as bright as before.",
  "filters.sumZero": "The weights add up to 0: only edges remain. Of each answer the size is shown, without its sign.",
  "filters.sumNegative": "The weights add up to {sum}: of each answer the size is shown, without its sign.",
  "filters.brighter": "The weights add up to {sum}: the picture becomes brighter.",
  "filters.darker": "The weights add up to {sum}: the picture becomes darker.",
  "filters.note":
    "Photos are made grey, 0 is black and 255 white. Beyond its border the picture goes on with the pixels of the " +
    "border, so " +
    "the result keeps the size; results are rounded and clipped to 0 to 255. Photo: Chelsea, by Stéfan van der " +
    "Walt (CC0). " +
    "Items: Fashion-MNIST, by Zalando Research (MIT).",
  "magnifier.title": "Under the magnifier",
  "magnifier.window": "Pixels under the filter",
  "magnifier.place": "Row {row}, column {column}",
  "magnifier.shown": "The pixel of the result: {pixel}.",
  "magnifier.rounded": "Rounded, the pixel of the result: {pixel}.",
  "magnifier.clipped": "Clipped, the pixel of the result: {pixel}.",
  "magnifier.unsigned": "Without its sign, the pixel of the result: {pixel}.",

  "part.network": "Your network",
  "part.code": "Your code",
  "network.title": "Feature maps",
  "network.intro":
    "The network you trained: a picture, its answer, and below them every operation from left to right. Open one to see " +
    "how its numbers come about.",
  "network.loading": "The run is being opened. The lecture is ready meanwhile.",
  "network.absent":
    "This page was opened without a run. Train a network for a minute, and open it to see its filters, its feature " +
    "maps and " +
    "every number it works out:",
  "network.failed": "The run could not be opened.",

  "curves.title": "How it learned",
  "curves.intro":
    "The loss on the batches it was trained with, how well it does on pictures kept apart, and the learning rate " +
    "that led " +
    "there, over the same steps.",
  "curves.empty": "This run has kept no log of its steps.",
  "curves.loss": "Loss",
  "curves.training": "training, running mean",
  "curves.validation": "validation",
  "curves.accuracy": "Validation accuracy, %",
  "curves.accuracyPercent": "accuracy, %",
  "curves.best": "the weights that were kept, after step {step}",
  "curves.bestLegend": "kept: {accuracy} %",
  "curves.rate": "Learning rate",
  "curves.along": "over the steps of training",
  "curves.steps": "steps",
  "curves.epoch": "epoch",
  "curves.scrub": "Step to read off",
  "curves.reading": "Step {step}: learning rate {rate}, training loss {loss}.",
  "curves.readingValidation":
    "Nearest validation, after step {at} (epoch {epoch}): accuracy {accuracy} %, loss {loss}.",
  "curves.note": "Point at a curve or move the slider to read it off.",
  "curves.clipped": "The first steps lie above {loss} and are cut off.",
  "curves.table": "The validations in numbers",

  "confusion.title": "What it takes for what",
  "confusion.intro":
    "Each row is a class, each column what the network says of its test pictures. The diagonal is right. Choose a " +
    "cell to " +
    "see the pictures behind it.",
  "confusion.note": "{correct} of {total} test pictures are answered rightly.",
  "confusion.caption": "Rows: the true class. Columns: the answer.",
  "confusion.commonest": "The commonest mistakes",
  "confusion.cell": {
    one: "{count} picture of {truth} taken for {answer}",
    other: "{count} pictures of {truth} taken for {answer}",
  },
  "gallery.right": {
    one: "{count} picture of {truth}, answered rightly",
    other: "{count} pictures of {truth}, answered rightly",
  },
  "gallery.wrong": {
    one: "{count} picture of {truth} taken for {answer}",
    other: "{count} pictures of {truth} taken for {answer}",
  },
  "gallery.partly": { one: "({count} of them is at hand)", other: "({count} of them are at hand)" },
  "gallery.waiting": "The test pictures are being answered…",
  "gallery.more": "Show more",
  "gallery.picture": "Test picture {index}, {sure} % sure: look into the network with it",

  "code.title": "Your training code",
  "code.intro":
    "Paste a training script. Its mistakes are found at once, by reading it. The sizes in its network are derived when " +
    "you ask for them, by running its definitions.",
  "code.exported": "Checking code needs Python: run convlens open, and paste it there.",
  "code.mistakes": "The mistakes in it",
  "code.note":
    "The code is only read for this; nothing of it is run. What is found stands with its line, the reason and the " +
    "change that mends it.",
  "code.label": "Code",
  "code.placeholder": "Paste Python here, or drop a file",
  "code.example": "An example with two mistakes",
  "code.exampleIn": "The example is in the field.",
  "code.clear": "Clear",
  "code.empty": "No code yet.",
  "code.found": { one: "{count} finding.", other: "{count} findings." },
  "code.findings": "Findings",
  "code.line": "line {line}",
  "code.fix": "The change",
  "severity.error": "Error",
  "severity.warning": "Warning",
  "severity.info": "Note",
  "sizes.title": "The sizes in it",
  "sizes.note":
    "For this the definitions that the network needs are run, when you press the button: on this machine, in a process " +
    "of their own, with limits of time and memory, without the internet and without writing files. That prevents " +
    "accidents; do it only with code you trust.",
  "sizes.run": "Run the definitions and derive the sizes",
  "sizes.running": "Running…",
  "sizes.name": "Class",
  "sizes.nameHint": "the only one",
  "sizes.shape": "Input: channels, height, width",
  "sizes.operation": "operation",
  "sizes.line": "line",
  "sizes.input": "in",
  "sizes.output": "out",
  "sizes.derivation": "derivation",
  "sizes.parameters": "parameters",
  "sizes.total": "{learned} learned parameters.",
  "sizes.neurons": "{neurons} neurons after the last convolution.",

  "network.earlier": "These are the weights of an earlier moment of training; see “Moments of training” below.",
  "network.sees": "What the network sees: {width}\u00a0×\u00a0{height} pixels",
  "network.noPictures": "The test pictures are not at hand; drop a photo or draw a picture.",
  "pictures.source": "Picture",
  "pictures.test": "Test picture",
  "pictures.photo": "Photo",
  "pictures.drawing": "Drawing",
  "pictures.class": "Class",
  "pictures.everyClass": "every class",
  "pictures.answers": "Answers",
  "pictures.all": "All",
  "pictures.wrong": "Wrong ones",
  "pictures.part":
    "This saved file holds {count} of the {total} test pictures: mistakes, and some right answers of each class.",
  "pictures.one": "Test picture {index}, {name}",
  "pictures.oneWrong": "Test picture {index}, {name}, taken for {answer}",
  "pager.back": "Back",
  "pager.next": "Next",
  "pager.where": "{first} to {last} of {count}",
  "pager.none": "There are none.",
  "photo.preparing": "Preparing the photo…",
  "photo.drop": "or drop one here. It stays on this machine; a copied link carries no more of it than the network sees.",
  "photo.yours": "Your photo",
  "photo.yoursFramed": "Your photo, with the object that was found",
  "photo.seen": "The network never sees the photo itself: all it gets is the small picture below.",
  "photo.inverted":
    "The network never sees the photo itself: all it gets is the small picture below, with light and dark exchanged, " +
    "because it was trained with light objects on black.",
  "photo.whole": "No object stands out from the background, so the whole photo is used.",
  "photo.crowded": "The object reaches the edge of the photo: with some background around it the answer is surer.",
  "photo.unreadable": "“{name}” cannot be read as a picture: choose a PNG, JPEG, WebP, BMP or GIF file.",
  "photo.offline":
    "In a saved file the whole photo is reduced; opened with convlens open, the object in it is found first.",
  "board.label": "Board to draw on: arrow keys move, the space bar draws",
  "board.note":
    "It begins with the picture you looked at before: draw on it, wipe parts of it out, or clear it. With the keyboard: " +
    "arrow keys move, the space bar draws.",

  "layers.label": "The network from left to right; scrolls sideways",
  "layers.maps": "Maps of {name}",
  "layers.choose": "Values of this layer: click one, or move with the arrow keys",
  "layers.all": "Show all maps",
  "layers.normalised": "normalised",
  "layers.scale": "Scale of the colours",
  "layers.scale.layer": "whole layer",
  "layers.scale.network": "whole network",
  "layers.scale.map": "each map",
  "layers.legend": "Green is above zero, grey below; values from {least} to {most}. Click one to have it worked out.",
  "layers.pictureLegend": "Normalised: the mean of the training pictures is 0 and their standard deviation 1.",
  "layers.fromTorch": "These are PyTorch’s values.",
  "op.picture": "picture",

  "derivation.picture": "The input, {sizes}: channels, height, width.",
  "derivation.flatten": "Laid out in one row:",
  "derivation.linear": "Each of the {outputs} neurons adds up all {inputs} numbers, each times its own weight.",
  "derivation.same": "Every value is changed by itself; the size stays.",
  "derivation.size": "Height and width:",
  "derivation.rows": "Height:",
  "derivation.columns": "Width:",
  "derivation.channels": {
    one: "{to} filters, each of {rows} × {columns} numbers for the one input channel: {to} maps.",
    other: "{to} filters, each of {rows} × {columns} numbers for each of {count} input channels: {to} maps.",
  },
  "derivation.pooled": {
    one: "The {count} map is pooled by itself.",
    other: "Each of the {count} maps is pooled by itself.",
  },
  "derivation.parameters": "Parameters:",
  "derivation.parametersOnly": "Parameters: {result}.",
  "derivation.macs": "{macs} multiplications for {outputs} values.",
  "derivation.field":
    "One value depends on {rows} × {columns} pixels of the picture (nominally: it may reach beyond the border).",
  "derivation.apart": {
    one: "Neighbouring values of its input stand {count} pixel apart, j = {count}:",
    other: "Neighbouring values of its input stand {count} pixels apart, j = {count}:",
  },
  "derivation.dropped": "The last {rows} rows and {columns} columns are reached by no window.",
  "derivation.line": "Line {line} of the network’s file.",
  "reason.before": "An operation before this one cannot be computed here.",
  "reason.operation": "The page does not know the operation {what}.",
  "reason.option": "The page does not know this option of {op}: {what}.",
  "reason.tensor": "{op} reads a tensor that is neither a weight nor computed from the picture: {what}.",
  "reason.batch": "{op} reaches across the pictures of a batch: {what}.",
  "reason.size": "The weights {what} were too large for this file.",
  "reason.shown": "What is shown was computed by PyTorch.",
  "reason.hidden": "Its values are not at hand.",

  "answer.dropout": "Dropout",
  "answer.evaluation": "As in evaluation",
  "answer.training": "As in training",
  "answer.again": "Draw other units",
  "answer.evaluationNote": "While it evaluates, dropout leaves every value as it is.",
  "answer.silenced": "{name}: {count} of {of} units are out (red below), the others are multiplied by {scale}.",
  "answer.silencedAlpha":
    "{name}: {count} of {of} units are out and become {silent} (red below), the others are multiplied by {scale}, plus " +
    "{shift}.",
  "answer.unknown": "The page cannot compute this network’s answer.",
  "answer.said": "{name}, {share}",
  "answer.right": "{name}, {share}: right",
  "answer.unsure": "{name}, {share}: the true class, though the network is unsure",
  "answer.guess": "{name}, {share}: the true class, but a guess: blind guessing gives {blind}",
  "answer.wrong": "{name}, {share}: wrong, it is {truth}",
  "answer.trueClass": "true class",
  "answer.mirror":
    "The mean of the logits of the picture and of its mirror image, as convlens predict answers. The picture " +
    "alone: {name} {share}.",
  "answer.softmax": "Softmax of the logits.",
  "answer.alone":
    "Of the picture alone: its mirror image cannot be computed here, so convlens predict may answer a little differently.",
  "answer.others": { one: "{count} other class", other: "{count} other classes" },
  "softmax.title": "How softmax makes these of the logits",
  "softmax.class": "class",
  "softmax.logit": "logit z",
  "softmax.power": "e to the power of z",
  "softmax.share": "divided by their sum",

  "unit.title": "One value",
  "unit.intro":
    "Choose a value in a map above. Here is every number behind it: the windows in all input channels, the " +
    "products, the sum, " +
    "and what normalisation, activation and pooling make of it.",
  "unit.note": "The first step is the value itself; each further step is where it came from.",
  "unit.title.map": "{name}, channel {channel}, row {row}, column {column}: {value}",
  "unit.title.neuron": "{name}, neuron {channel}: {value}",
  "unit.none": "The values of {name} are not at hand.",
  "unit.torch": "PyTorch computed {value}: a difference of {difference}.",
  "unit.torchTraining":
    "It comes after a dropout that silences units: there is nothing of PyTorch’s to compare it with.",
  "unit.torchSnapshot": "At an earlier moment of training there is nothing of PyTorch’s to compare it with.",
  "unit.torchAbsent": "PyTorch’s own value for this picture is not at hand.",
  "unit.field":
    "It depends on {rows} × {columns} pixels; of the picture rows {top} to {bottom}, columns {left} to {right}.",
  "unit.fieldEmpty": "It depends on no pixel: only padding lies under its window.",
  "step.place": "at [{place}]",
  "step.picture": "A pixel of the picture, normalised.",
  "step.given": "Computed by PyTorch; the page does not know how.",
  "step.window": "Window",
  "step.pooledMany": "Of {count} numbers under the window.",
  "step.maximum": "The largest is at row {row}, column {column}.",
  "step.average": "Their sum, divided by {count}.",
  "step.from": "It is",
  "step.parts": "{op} of",
  "step.scalar": "and the number {scalar}",
  "step.constant": "The constant {value} of a padding.",
  "channels.note": { one: "{count} input channel.", other: "{count} input channels, those that add most first." },
  "channels.channel": "channel {channel}",
  "channels.adds": "adds {sum}",
  "channels.window": "Window",
  "channels.map": "Map",
  "channels.partial": "This channel alone",
  "channels.grid": "{what}, channel {channel}",
  "channels.all": "Show all {count} channels",
  "channels.term": "channel {channel}: {sum}",
  "channels.others": { one: "{count} other: {sum}", other: "{count} others: {sum}" },
  "channels.bias": "bias: {bias}",
  "products.note": "{count} products; the largest are:",
  "products.input": "from",
  "products.product": "product",
  "products.map": "[{at}]",
  "products.neuron": "neuron {place}",
  "products.others": { one: "{count} other: {sum}", other: "{count} others: {sum}" },

  "epochs.title": "Moments of training",
  "epochs.intro":
    "The run kept its weights at some moments of training. Go through them: filters, maps and answers change here, " +
    "and in the " +
    "sections above.",
  "epochs.moment": "Moment of training",
  "epochs.layer": "Convolution",
  "epochs.begin": "Before the first step: random filters.",
  "epochs.after": "After step {step}, epoch {epoch}: validation accuracy {accuracy} %.",
  "epochs.finished": "The finished network, with the weights that were kept.",
  "epochs.filters": "Filters",
  "epochs.first": "the first {first} of {count}",
  "epochs.maps": "Maps",
  "epochs.answers": "What it said of this picture",
  "epochs.answersAlone": "What it said of this picture (alone, without its mirror image)",
  "epochs.answer": "answer",
  "epochs.share": "how sure",
  "epochs.true": "true class",
  "epochs.kept": "finished",
  "epochs.older": "This run is older than snapshots are; train anew to see how it learns.",
  "epochs.large": "The network has more than 2 million parameters, so the run kept no snapshots.",
  "epochs.file": "There was no room for snapshots in this file; convlens open shows them.",
  "epochs.eight": "In this file the snapshots are rounded to 8 bits, so answers may differ a little.",
  "epochs.sixteen": "Snapshots are rounded to 16 bits.",
};
