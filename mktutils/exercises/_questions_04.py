"""The questions of lesson 04: predict a number."""

from mktutils.lesson import predict

LIFT = "3.73 is the *lift*: how many times more buyers than in a random tenth. The question is which share of all buyers stands in this tenth."
QUESTIONS = [
    predict(
        "04.1",
        "A model that never says yes",
        "1, 6",
        value=0.898,
        tolerance=0.0004,
        percent=True,
        misconceptions=[
            (0.102, "0.102 is the share of the buyers: the customers for whom *nobody buys* is wrong."),
            (0.5, "0.5 is what a coin reaches. This model is right for every customer who does not buy."),
            (
                0,
                "It finds no buyer, so its *recall* is 0. Accuracy also counts the customers who do not buy, and it is right for all of them.",
            ),
            (1, "It is wrong for 1,020 of the 10,000 customers."),
            (8980, "8,980 customers are judged rightly. The accuracy is their share."),
            (0.9, "0.9 is rounded to one decimal. Give three."),
            (
                1020 / 8980,
                "This is buyers divided by non-buyers. Accuracy is the number of right answers divided by *all* customers.",
            ),
        ],
        otherwise="For how many of the 10,000 customers is the answer *nobody buys* right? Divide by 10,000.",
        hints=[
            "The model gives one answer for all. For whom is it right?",
            "It is right for the 10,000 − 1,020 customers who do not buy. Accuracy is right answers divided by all answers.",
        ],
        solution="answer = (10_000 - 1_020) / 10_000",
        analysis="An accuracy of 0.898 without one line of learning, and no buyer is found. The rarer the buyers, the better this model looks. Compare each accuracy with it, or use "
        "a number that looks at probabilities or at the order of the customers: log-loss, AUC, profit.",
    ),
    predict(
        "04.2",
        "How many weights?",
        "2",
        value=4929,
        tolerance=0.01,
        misconceptions=[
            (
                4800,
                "4,800 counts the connections and leaves out the biases: one for each hidden unit and one for the output, 129 in all.",
            ),
            (4928, "The output unit has a bias as well."),
            (4864, "4,864 is without the output layer: it has 64 weights and one bias."),
            (4865, "Only the bias of the output is there for its layer; its 64 weights are missing."),
            (4225, "4,225 is without the first layer: 10 · 64 weights and 64 biases."),
            (769, "769 is without the layer from 64 to 64 units, which holds most of the weights."),
            (704, "704 is the first layer alone."),
            (139, "139 adds the sizes. Each unit has one weight for *each* unit of the layer before."),
            (138, "138 adds the sizes. Each unit has one weight for *each* unit of the layer before."),
            (
                129,
                "129 is the number of biases. Each unit also has one weight for each unit of the layer before.",
            ),
            (
                40_960,
                "40,960 multiplies all sizes. Each layer has its own weights: multiply inside a layer, then add the layers.",
            ),
            (4939, "4,939 counts a bias for each input as well. Inputs are no units: they have none."),
        ],
        otherwise="For each of the three layers: inputs times units, plus one bias for each unit. Then add the three.",
        hints=[
            "A dense layer with n inputs and m units has n · m weights and m biases. The network has three such layers; the inputs are no layer.",
            "10 · 64 + 64 = 704 for the first layer. The other two have 64 · 64 + 64 and 64 · 1 + 1.",
        ],
        solution="answer = (10 * 64 + 64) + (64 * 64 + 64) + (64 * 1 + 1)",
        analysis="704 + 4,160 + 65 = 4,929, of which 84 % stand between the two hidden layers: the size grows with the *square* of the units. The seven training months of the shop hold 1,801 buyers, "
        "fewer than this network has weights: it can learn many of them by heart.",
    ),
    predict(
        "04.8",
        "F1 from counts",
        "6",
        value=2 * 0.3 * 0.4 / 0.7,
        tolerance=0.0006,
        percent=True,
        misconceptions=[
            (
                0.35,
                "0.35 is the arithmetic mean of precision and recall. F1 is their harmonic mean: 2 · P · R / (P + R).",
            ),
            (0.30, "0.30 is the precision, 120 of 400 letters. F1 joins it with the recall."),
            (0.40, "0.40 is the recall, 120 of 300 buyers. F1 joins it with the precision."),
            (0.12, "0.12 is precision times recall. Divide it by their sum, and double it."),
            (0.12 / 0.7, "The factor 2 is missing: 2 · P · R / (P + R)."),
            (
                0.12**0.5,
                "This is the geometric mean, the root of P · R. F1 is the harmonic mean: 2 · P · R / (P + R).",
            ),
            (0.7, "0.7 is the sum of precision and recall."),
            (0.34, "0.34 is rounded to two decimals. Give three."),
            (120 / 700, "The factor 2 is missing: F1 = 2 · 120 / (400 + 300)."),
            (
                120 / 580,
                "120 / 580 divides by all who got a letter or bought (the Jaccard index). F1 counts the 120 twice, above and below.",
            ),
            (0.75, "0.75 is buyers divided by letters. Compute precision and recall first."),
        ],
        otherwise="First precision (hits divided by letters) and recall (hits divided by buyers), then 2 · P · R / (P + R). Give three decimals.",
        hints=[
            "Precision: which share of the letters went to buyers? Recall: which share of the buyers got a letter?",
            "Precision is 120 / 400, recall is 120 / 300. F1 is the harmonic mean: 2 · P · R / (P + R).",
        ],
        solution="precision, recall = 120 / 400, 120 / 300\nanswer = 2 * precision * recall / (precision + recall)",
        analysis="F1 = 0.343, a little below the arithmetic mean: the harmonic mean lies nearer to the smaller number. F1 knows nothing of costs: it treats a letter too many and a buyer missed "
        "by a formula of its own. When a letter costs 0.80 € and an order brings 8 €, count euros.",
    ),
    predict(
        "04.12",
        "Gain from a lift",
        "7",
        value=0.38 * 0.1 / 0.102,
        tolerance=0.0006,
        percent=True,
        misconceptions=[
            *((lift, LIFT) for lift in (0.38 / 0.102, 3.73, 3.725, 3.72, 3.7)),
            (
                0.38,
                "0.38 is the share of buyers in the tenth. The question is the other way round: which share of all buyers stands in the tenth?",
            ),
            (
                0.038,
                "0.038 is the share of all *customers* who stand in the top tenth and buy. Divide by the share of all customers who buy, 0.102.",
            ),
            (0.0373, "There is a factor of ten too much: a tenth of the customers, times the lift of 3.73."),
            (0.1, "0.1 would be the gain of a random tenth. This tenth holds more buyers than a random one."),
            (0.102, "0.102 is the share of buyers among all customers."),
            (0.102 / 0.38, "The fraction is upside down: the lift is 0.38 / 0.102."),
            (
                0.38 * 0.102,
                "Multiply by the size of the tenth, 0.1, and *divide* by the share of buyers among all.",
            ),
            (0.37, "0.37 is rounded to two decimals. Give three."),
            (
                380,
                "380 would be the number of buyers in the tenth, if there were 10,000 customers. Which share of all buyers is that?",
            ),
        ],
        otherwise="Think of 10,000 customers. How many buyers are there in all, and how many of them stand in the top tenth?",
        hints=[
            "Think of 10,000 customers: 1,020 of them buy, and the top tenth are 1,000 customers.",
            "380 buyers stand in the top tenth. Divide by 1,020. The same number is the lift times the share of the customers, 0.1.",
        ],
        solution="answer = 0.38 * 0.1 / 0.102",
        analysis="380 of 1,020 buyers: a tenth of the letters reaches 37.3 % of the buyers. Gain = lift · share of customers written to. A lift cannot be above 1 / 0.102 = 9.8 here, when the whole tenth "
        "buys; a report of a lift of 12 would be an error of calculation.",
    ),
]
