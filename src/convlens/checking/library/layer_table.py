"""The layers and losses of torch.nn with the arguments of their constructors, and the networks of torchvision."""

_CONV = " bias=True padding_mode='zeros'"
_NORM = "num_features eps=1e-05 momentum=0.1 affine=True track_running_stats=True"
_POOL = "kernel_size stride=None padding=0"
LAYERS = {
    **{
        f"Conv{n}d": (
            f"conv{n}d",
            "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1" + _CONV,
        )
        for n in (1, 2, 3)
    },
    **{
        f"LazyConv{n}d": (f"conv{n}d", "out_channels kernel_size stride=1 padding=0 dilation=1 groups=1" + _CONV)
        for n in (1, 2, 3)
    },
    **{
        f"ConvTranspose{n}d": (
            f"conv_transpose{n}d",
            "in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1",
        )
        for n in (1, 2, 3)
    },
    **{f"BatchNorm{n}d": (f"batch_norm{n}d", _NORM) for n in (1, 2, 3)},
    **{f"LazyBatchNorm{n}d": (f"batch_norm{n}d", "eps=1e-05 momentum=0.1 affine=True") for n in (1, 2, 3)},
    **{f"InstanceNorm{n}d": (f"instance_norm{n}d", _NORM) for n in (1, 2, 3)},
    **{
        f"MaxPool{n}d": (f"max_pool{n}d", _POOL + " dilation=1 return_indices=False ceil_mode=False") for n in (1, 2, 3)
    },
    **{
        f"AvgPool{n}d": (f"avg_pool{n}d", _POOL + " ceil_mode=False count_include_pad=True divisor_override=None")
        for n in (1, 2, 3)
    },
    **{f"AdaptiveAvgPool{n}d": (f"adaptive_avg_pool{n}d", "output_size") for n in (1, 2, 3)},
    **{f"AdaptiveMaxPool{n}d": (f"adaptive_max_pool{n}d", "output_size return_indices=False") for n in (1, 2, 3)},
    "Linear": ("linear", "in_features out_features bias=True"),
    "LazyLinear": ("linear", "out_features bias=True"),
    "Bilinear": ("bilinear", "in1_features in2_features out_features bias=True"),
    "SyncBatchNorm": ("batch_norm2d", _NORM),
    "GroupNorm": ("group_norm", "num_groups num_channels eps=1e-05 affine=True"),
    "LayerNorm": ("layer_norm", "normalized_shape eps=1e-05 elementwise_affine=True"),
    "LocalResponseNorm": ("local_response_norm", "size alpha=0.0001 beta=0.75 k=1.0"),
    **{f"Dropout{n}": (f"dropout{n}", "p=0.5 inplace=False") for n in ("", "1d", "2d", "3d")},
    "AlphaDropout": ("alpha_dropout", "p=0.5 inplace=False"),
    "FeatureAlphaDropout": ("feature_alpha_dropout", "p=0.5 inplace=False"),
    "Flatten": ("flatten", "start_dim=1 end_dim=-1"),
    "Unflatten": ("unflatten", "dim unflattened_size"),
    "Identity": ("identity", ""),
    "ReLU": ("relu", "inplace=False"),
    "ReLU6": ("relu6", "inplace=False"),
    "LeakyReLU": ("leaky_relu", "negative_slope=0.01 inplace=False"),
    "PReLU": ("prelu", "num_parameters=1 init=0.25"),
    "RReLU": ("rrelu", "lower=0.125 upper=0.333 inplace=False"),
    "ELU": ("elu", "alpha=1.0 inplace=False"),
    "CELU": ("celu", "alpha=1.0 inplace=False"),
    "SELU": ("selu", "inplace=False"),
    "GELU": ("gelu", "approximate='none'"),
    "SiLU": ("silu", "inplace=False"),
    "Mish": ("mish", "inplace=False"),
    "Hardswish": ("hardswish", "inplace=False"),
    "Hardsigmoid": ("hardsigmoid", "inplace=False"),
    "Hardtanh": ("hardtanh", "min_val=-1.0 max_val=1.0 inplace=False"),
    "Sigmoid": ("sigmoid", ""),
    "LogSigmoid": ("logsigmoid", ""),
    "Tanh": ("tanh", ""),
    "Softplus": ("softplus", "beta=1 threshold=20"),
    "Softsign": ("softsign", ""),
    "Softmax": ("softmax", "dim=None"),
    "Softmax2d": ("softmax", ""),
    "LogSoftmax": ("log_softmax", "dim=None"),
    "Upsample": ("interpolate", "size=None scale_factor=None mode='nearest'"),
    "PixelShuffle": ("pixel_shuffle", "upscale_factor"),
    "ZeroPad2d": ("pad", "pad"),
    "Embedding": ("embedding", "num_embeddings embedding_dim"),
    "LSTM": ("lstm", "input_size hidden_size num_layers=1"),
    "GRU": ("gru", "input_size hidden_size num_layers=1"),
    "MultiheadAttention": ("multihead_attention", "embed_dim num_heads"),
    "TransformerEncoderLayer": ("transformer_encoder_layer", "d_model nhead"),
    "TransformerEncoder": ("transformer_encoder", "encoder_layer num_layers"),
}
"""Class name in torch.nn: the operation's name and the constructor's arguments."""
_MEAN = "size_average=None reduce=None reduction='mean'"
LOSSES = {
    "CrossEntropyLoss": (
        "cross_entropy",
        "weight=None size_average=None ignore_index=-100 reduce=None reduction='mean' label_smoothing=0.0",
    ),
    "NLLLoss": ("nll_loss", "weight=None size_average=None ignore_index=-100 reduce=None reduction='mean'"),
    "BCELoss": ("binary_cross_entropy", "weight=None " + _MEAN),
    "BCEWithLogitsLoss": ("binary_cross_entropy_with_logits", "weight=None " + _MEAN + " pos_weight=None"),
    "MSELoss": ("mse_loss", _MEAN),
    "L1Loss": ("l1_loss", _MEAN),
    "SmoothL1Loss": ("smooth_l1_loss", _MEAN + " beta=1.0"),
    "HuberLoss": ("smooth_l1_loss", "reduction='mean' delta=1.0"),
    "KLDivLoss": ("kl_div", _MEAN + " log_target=False"),
    "MultiMarginLoss": ("multi_margin_loss", "p=1 margin=1.0 weight=None " + _MEAN),
    "MultiLabelSoftMarginLoss": ("multilabel_soft_margin_loss", "weight=None " + _MEAN),
}
KNOWN_NETWORKS = {
    "resnet18": ("fc", 512), "resnet34": ("fc", 512), "resnet50": ("fc", 2048), "resnet101": ("fc", 2048),
    "resnet152": ("fc", 2048), "wide_resnet50_2": ("fc", 2048), "resnext50_32x4d": ("fc", 2048),
    "googlenet": ("fc", 1024), "inception_v3": ("fc", 2048), "shufflenet_v2_x1_0": ("fc", 1024),
    "densenet121": ("classifier", 1024), "densenet161": ("classifier", 2208), "densenet169": ("classifier", 1664),
    "alexnet": ("classifier.6", 4096), "vgg11": ("classifier.6", 4096), "vgg13": ("classifier.6", 4096),
    "vgg16": ("classifier.6", 4096), "vgg19": ("classifier.6", 4096), "vgg16_bn": ("classifier.6", 4096),
    "vgg11_bn": ("classifier.6", 4096), "vgg19_bn": ("classifier.6", 4096),
    "mobilenet_v2": ("classifier.1", 1280), "mobilenet_v3_small": ("classifier.3", 1024),
    "mobilenet_v3_large": ("classifier.3", 1280), "efficientnet_b0": ("classifier.1", 1280),
    "efficientnet_b1": ("classifier.1", 1280), "efficientnet_b2": ("classifier.1", 1408),
    "efficientnet_v2_s": ("classifier.1", 1280), "convnext_tiny": ("classifier.2", 768),
    "vit_b_16": ("heads.head", 768),
}  # fmt: skip
"""Networks of torchvision: where the head is, and how many neurons reach it (torchvision.models)."""
WRAPPERS = ("DataParallel", "DistributedDataParallel", "FullyShardedDataParallel", "OptimizedModule")
