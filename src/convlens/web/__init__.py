"""The page: the lecture to play with, and a run's own network to look into, in the browser.

How the data comes there:

    run folder --> record (what ran on a picture) --> graph: operations that the page computes itself --.
              \\-> weights, snapshots, log, scores, test pictures -----> content: document and arrays ---+--> server
                                                     values: PyTorch's own numbers for a picture -------'    export

`page` holds static files, which are shipped as they are: see `page/index.html`. Nothing here is imported before it is
needed: the server answers with the page before PyTorch is loaded.
"""
