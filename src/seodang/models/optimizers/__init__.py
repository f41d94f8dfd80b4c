"""The optimizers of deep learning, each update written out as its paper has it, one method a file.

All are functions of the parameters, their gradient and what the method remembers (None before the first step), and return
the new parameters and memory. Training uses torch.optim's, which the tests hold these to.
"""
