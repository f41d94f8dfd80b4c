"""The rows of docs/systems.md: every model and technique that must work, in the order they are taught."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """`source` is where the system was first described; `command` is what a learner types to see it work."""

    title: str
    source: str
    command: str = ""


ROWS: dict[str, Row] = {
    "regression": Row("Linear, multiple and polynomial regression", "Legendre 1805; Gergonne 1815"),
    "ridge_lasso": Row("Ridge, lasso", "Hoerl & Kennard 1970; Tibshirani 1996"),
    "softmax": Row("Logistic and softmax regression", "Cox 1958"),
    "knn": Row("k nearest neighbours", "Fix & Hodges 1951; Cover & Hart 1967"),
    "svm": Row("Linear support vector machine", "Cortes & Vapnik 1995; Crammer & Singer 2001"),
    "mlp": Row("Multilayer perceptron", "Rumelhart, Hinton & Williams 1986"),
    "deep_linear": Row("Deep linear network", "Saxe, McClelland & Ganguli 2014"),
    "cnn": Row("Convolutional classifier", "LeCun, Bottou, Bengio & Haffner 1998"),
    "lenet5": Row("LeNet-5", "LeCun, Bottou, Bengio & Haffner 1998", "seodang count lenet5"),
    "alexnet": Row("AlexNet", "Krizhevsky, Sutskever & Hinton 2012; Krizhevsky 2014", "seodang count alexnet"),
    "vgg": Row("VGG-11, VGG-16", "Simonyan & Zisserman 2015", "seodang count vgg16"),
    "nin": Row("Network in network", "Lin, Chen & Yan 2014"),
    "googlenet": Row("GoogLeNet", "Szegedy et al. 2015", "seodang count googlenet"),
    "resnet": Row(
        "ResNet, plain, bottleneck and pre-activation", "He, Zhang, Ren & Sun 2016a, 2016b", "seodang count resnet50"
    ),
    "densenet": Row("DenseNet", "Huang, Liu, van der Maaten & Weinberger 2017", "seodang count densenet121"),
    "squeezenet": Row("SqueezeNet", "Iandola et al. 2016", "seodang count squeezenet"),
    "fully_convolutional": Row("Fully convolutional networks, detection, segmentation", "Long, Shelhamer & Darrell 2015"),
    "rnn": Row("Recurrent network", "Elman 1990"),
    "lstm": Row("LSTM", "Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000"),
    "gru": Row("GRU", "Cho et al. 2014"),
    "deep_rnn": Row("Bidirectional and multilayer recurrent networks", "Schuster & Paliwal 1997; Graves et al. 2013"),
    "char_lm": Row("Character language model", "Sutskever, Martens & Hinton 2011"),
    "tcn": Row("Causal and temporal convolutions", "van den Oord et al. 2016; Bai, Kolter & Koltun 2018"),
    "seq2seq": Row("Encoder and decoder with attention", "Sutskever et al. 2014; Bahdanau, Cho & Bengio 2015"),
    "transformer": Row("Transformer", "Vaswani et al. 2017"),
    "bert": Row("BERT", "Devlin, Chang, Lee & Toutanova 2019", "seodang count bert_base"),
    "gpt": Row("GPT-2, GPT-3", "Radford et al. 2019; Brown et al. 2020", "seodang count gpt2"),
    "dqn": Row("Q-learning with a network", "Watkins 1989; Mnih et al. 2015"),
    "self_supervised": Row("Self-supervised features", "Doersch, Gupta & Efros 2015; Gidaris, Singh & Komodakis 2018"),
    "word2vec": Row("word2vec: skip-gram, CBOW", "Mikolov et al. 2013a, 2013b; Levy & Goldberg 2014"),
    "alignment": Row("Alignment of two languages' embeddings", "Mikolov, Le & Sutskever 2013; Conneau et al. 2018"),
    "hangul_ocr": Row("Printed Hangul recognition", "The Unicode Standard, section 3.12"),
    "collaborative": Row("Collaborative filtering", "Koren 2008; Koren, Bell & Volinsky 2009; Hu, Koren & Volinsky 2008"),
    "automl": Row("Hyper-parameter search", "Bergstra & Bengio 2012; Jamieson & Talwalkar 2016; Akiba et al. 2019"),
    "chain_models": Row("Bernoulli, categorical, chain-rule and Markov models", "Koller & Friedman 2009"),
    "nade": Row("NADE, RNADE", "Larochelle & Murray 2011; Uria, Murray & Larochelle 2013"),
    "pixelcnn": Row("PixelRNN, PixelCNN", "van den Oord, Kalchbrenner & Kavukcuoglu 2016"),
    "autoencoder": Row(
        "Autoencoder, linear and denoising", "Bourlard & Kamp 1988; Hinton & Salakhutdinov 2006; Vincent et al. 2008"
    ),
    "vae": Row("Variational autoencoder", "Kingma & Welling 2014; Burda, Grosse & Salakhutdinov 2016"),
    "aae": Row("Adversarial autoencoder", "Makhzani et al. 2016"),
    "gan": Row("Generative adversarial network", "Goodfellow et al. 2014"),
    "dcgan": Row("DCGAN", "Radford, Metz & Chintala 2016"),
    "gan_variants": Row(
        "InfoGAN, CycleGAN, StarGAN, progressive growing", "Chen et al. 2016; Zhu et al. 2017; Choi et al. 2018"
    ),
    "rbm": Row("Restricted Boltzmann machine, deep belief network", "Hinton 2002; Hinton, Osindero & Teh 2006"),
    "one_shot": Row(
        "Prototypical, matching and Siamese networks", "Snell, Swersky & Zemel 2017; Vinyals et al. 2016; Koch et al. 2015"
    ),
    "transfer": Row("Transfer: frozen features, fine-tuning", "Yosinski, Clune, Bengio & Lipson 2014"),
    "gradient_descent": Row("Gradient descent, whole batch and minibatch", "Cauchy 1847; Robbins & Monro 1951"),
    "momentum": Row("Momentum", "Polyak 1964"),
    "nesterov": Row("Nesterov's accelerated gradient", "Nesterov 1983; Sutskever, Martens, Dahl & Hinton 2013"),
    "adagrad": Row("Adagrad", "Duchi, Hazan & Singer 2011"),
    "adadelta": Row("Adadelta", "Zeiler 2012"),
    "rmsprop": Row("RMSprop", "Tieleman & Hinton 2012"),
    "adam": Row("Adam, AMSGrad, AdamW", "Kingma & Ba 2015; Reddi, Kale & Kumar 2018; Loshchilov & Hutter 2019"),
    "schedule": Row("Learning-rate range and schedule", "Smith 2017; Loshchilov & Hutter 2017"),
    "penalty": Row("L1 and L2 penalties", "Bishop 1995; Hanson & Pratt 1989"),
    "early_stopping": Row("Early stopping", "Prechelt 1998"),
    "augmentation": Row("Data augmentation", "Simard, Steinkraus & Platt 2003"),
    "noise": Row("Noise on inputs and weights", "Bishop 1995; Murray & Edwards 1994"),
    "label_smoothing": Row("Label smoothing", "Szegedy et al. 2016; Müller, Kornblith & Hinton 2019"),
    "mixup": Row("Mixup", "Zhang, Cisse, Dauphin & Lopez-Paz 2018"),
    "dropout": Row("Dropout, dropout of channels", "Srivastava et al. 2014; Tompson et al. 2015", "seodang run dropout"),
    "batch_norm": Row("Batch normalization", "Ioffe & Szegedy 2015", "seodang run batch-normalization"),
    "ensembles": Row("Bootstrap, bagging, boosting", "Efron 1979; Breiman 1996; Freund & Schapire 1997"),
    "cross_validation": Row("Cross-validation", "Stone 1974; Kohavi 1995"),
    "initialization": Row(
        "Initializations", "Glorot & Bengio 2010; He et al. 2015; Saxe et al. 2014", "seodang run weight-initialization"
    ),
    "activations": Row("Activations", "Nair & Hinton 2010; Maas et al. 2013; Clevert et al. 2016; Hendrycks & Gimpel 2016"),
    "lrn": Row("Local response normalization", "Krizhevsky, Sutskever & Hinton 2012"),
    "pooling": Row(
        "Pooling: maximum, average, overlapping, strided, global", "Scherer, Müller & Behnke 2010; Springenberg et al. 2015"
    ),
    "padding": Row("Padding modes", "Islam, Jia & Bruce 2020"),
    "convolutions": Row("1×1, stacked, dilated and depthwise convolutions", "Yu & Koltun 2016; Howard et al. 2017"),
    "losses": Row("Losses", "Bishop 2006; Huber 1964"),
    "numpy_engine": Row("Networks in NumPy alone", "Rumelhart, Hinton & Williams 1986", "seodang run numpy-mlp"),
    "adapters": Row("The same network in Keras, TensorFlow and JAX", "the frameworks' documentation"),
    "data_parallel": Row("Data parallelism", "Goyal et al. 2017"),
    "training_memory": Row(
        "Training memory", "Chen, Xu, Zhang & Guestrin 2016; Rajbhandari et al. 2020", "seodang count vgg16 --batch 32"
    ),
    "input_pipeline": Row("Input-pipeline profiler", "Mohan, Phanishayee, Raniwala & Chidambaram 2021"),
    "bug_zoo": Row("Checklist of bugs", "Zhang et al. 2018"),
    "line_counter": Row("Line counter", "counted"),
    "text_benchmark": Row("String methods and regular expressions", "timed"),
    "discussion": Row("A discussion session", "Crouch & Mazur 2001; Brier 1950"),
}
